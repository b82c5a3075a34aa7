import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, stopCluster, clusterState } from './flinkCluster.mjs';
import { FLINK_HOME, installFlink } from './flinkInstall.mjs';
import { tellProblem } from './problem.mjs';

const USAGE = `Usage: npm run flink -- COMMAND

  install   downloads Flink through pip and Maven, once, and Java where it may
  start     starts a JobManager, a TaskManager and the SQL Gateway on the loopback interface, installing first what is missing
  stop      stops what start started
  status    says what runs, and where

It is kept in ${FLINK_HOME} (MILLRACE_FLINK_ROOT names another folder).`;

export async function main([command, ...rest]) {
  const commands = { install: installFlink, start, stop: stopCluster, status };
  if (!Object.hasOwn(commands, command ?? '') || rest.length > 0) {
    console.log(USAGE);
    if (command !== 'help' && command !== '--help') process.exitCode = 1;
    return;
  }
  try {
    await commands[command]();
  } catch (error) {
    tellProblem(error);
  }
}

async function start() {
  await installFlink();
  const { gateway } = await startCluster();
  console.log(`SQL Gateway: ${gateway}`);
}

async function status() {
  const state = await clusterState();
  const installed = existsSync(join(FLINK_HOME, '.installed'))
    ? `installed: Flink ${readFileSync(join(FLINK_HOME, '.installed'), 'utf8').trim()} in ${FLINK_HOME}`
    : 'not installed';
  console.log(installed);
  if (state === null) return console.log('not running');
  for (const { name, pid } of state.processes) console.log(`${name}: process ${pid}`);
  console.log(
    `${state.ready ? 'ready' : 'not ready'}, SQL Gateway: ${state.gateway}, JobManager: ${state.rest}`,
  );
}
