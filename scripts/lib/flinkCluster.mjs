import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { FLINK_HOME, FLINK_ROOT } from './flinkInstall.mjs';
import { Problem } from './problem.mjs';
import { step } from './step.mjs';

/** What runs, so that another process can find and stop it. */
const STATE = join(FLINK_ROOT, 'cluster.json');
const LOGS = join(FLINK_ROOT, 'log');
const READY_MS = 240_000;
const STOP_MS = 20_000;

/**
 * Starts a JobManager, a TaskManager and the SQL Gateway on free ports of the loopback interface, and waits until queries
 * can run. One that runs already is used as it is.
 *
 * @returns {Promise<{ gateway: string, rest: string, started: boolean }>} where they listen, and whether they were started here
 */
export async function startCluster() {
  let state = await clusterState();
  const started = state === null || !state.ready;
  await step('Flink cluster', async () => {
    if (!started) return false;
    await endProcesses(state);
    state = await launch();
    await ready(state);
    return true;
  });
  return { gateway: state.gateway, rest: state.rest, started };
}

/** Ends what was started. */
export async function stopCluster() {
  await step('Flink cluster stopped', async () => {
    const state = savedState();
    if (state === null) return false;
    await endProcesses(state);
    return true;
  });
}

/** The processes of the cluster that are alive, and whether it answers; null where none is. */
export async function clusterState() {
  const saved = savedState();
  if (saved === null) return null;
  const processes = saved.processes.filter(isOurs);
  if (processes.length === 0) return null;
  return {
    ...saved,
    processes,
    ready: processes.length === saved.processes.length && (await isReady(saved)),
  };
}

function savedState() {
  return existsSync(STATE) ? JSON.parse(readFileSync(STATE, 'utf8')) : null;
}

async function launch() {
  const [rest, gateway, rpc] = await freePorts(3);
  const folder = join(FLINK_ROOT, 'run', String(rest));
  writeConfiguration(folder, { rest, gateway, rpc });
  mkdirSync(LOGS, { recursive: true });
  const environment = {
    ...process.env,
    FLINK_CONF_DIR: folder,
    FLINK_LOG_DIR: LOGS,
    FLINK_PID_DIR: folder,
    MAX_LOG_FILE_NUMBER: '3',
    FLINK_IDENT_STRING: `millrace-${rest}`,
  };
  // In the foreground form each script ends by becoming its Java process, whose id is therefore known.
  const processes = [
    ['JobManager', 'jobmanager.sh', {}],
    ['TaskManager', 'taskmanager.sh', {}],
    ['SQL Gateway', 'sql-gateway.sh', { FLINK_ENV_JAVA_OPTS_SQL_GATEWAY: '-Xmx512m' }],
  ].map(([name, script, more]) => {
    const out = openSync(join(LOGS, `${script}.out`), 'w');
    const child = spawn(join(FLINK_HOME, 'bin', script), ['start-foreground'], {
      cwd: folder,
      env: { ...environment, ...more },
      detached: true,
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    child.unref();
    return { name, pid: child.pid };
  });
  const state = {
    rest: `http://127.0.0.1:${rest}`,
    gateway: `http://127.0.0.1:${gateway}`,
    folder,
    processes,
  };
  writeFileSync(STATE, JSON.stringify(state));
  return state;
}

/** The shipped configuration's options of the Java machine are kept: Java 17 needs them. */
function writeConfiguration(folder, { rest, gateway, rpc }) {
  const shipped = readFileSync(join(FLINK_HOME, 'conf', 'config.shipped.yaml'), 'utf8');
  const options = /^ +all: *(.*)$/m.exec(shipped)[1];
  mkdirSync(folder, { recursive: true });
  for (const name of [
    'log4j.properties',
    'log4j-console.properties',
    'log4j-session.properties',
    'log4j-cli.properties',
  ]) {
    writeFileSync(join(folder, name), readFileSync(join(FLINK_HOME, 'conf', name)));
  }
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  writeFileSync(
    join(folder, 'config.yaml'),
    `env: {java: {opts: {all: ${options}}}}
jobmanager:
  bind-host: 127.0.0.1
  rpc: {address: 127.0.0.1, port: ${rpc}}
  memory: {process: {size: 1024m}}
taskmanager:
  bind-host: 127.0.0.1
  host: 127.0.0.1
  numberOfTaskSlots: 16
  memory:
    process: {size: 1152m}
    managed: {size: 96m}
    network: {min: 64m, max: 96m}
    jvm-metaspace: {size: 224m}
web: {submit: {enable: false}}
parallelism: {default: 1}
rest: {address: 127.0.0.1, bind-address: 127.0.0.1, port: ${rest}}
state: {backend: {type: hashmap}}
sql-gateway: {endpoint: {rest: {address: 127.0.0.1, bind-address: 127.0.0.1, port: ${gateway}}}}
io: {tmp: {dirs: ${JSON.stringify(temporary)}}}
`,
  );
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map(server => server.address().port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

async function ready(state) {
  const until = Date.now() + READY_MS;
  while (!(await isReady(state))) {
    const gone = state.processes.find(each => !isAlive(each.pid));
    if (gone !== undefined || Date.now() > until) {
      await endProcesses(state);
      throw new Problem(
        gone === undefined
          ? `Flink did not get ready in ${READY_MS / 1000} s: read ${LOGS}.`
          : `Flink's ${gone.name} ended while it started: read ${LOGS}.`,
      );
    }
    await pause(250);
  }
}

async function isReady({ rest, gateway }) {
  const [overview, info] = await Promise.all([ask(`${rest}/overview`), ask(`${gateway}/info`)]);
  return overview !== null && overview.taskmanagers > 0 && info !== null;
}

async function ask(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

async function endProcesses(state) {
  if (state === null) return;
  const alive = state.processes.filter(isOurs);
  for (const { pid } of alive) signal(pid, 'SIGTERM');
  const until = Date.now() + STOP_MS;
  while (alive.some(({ pid }) => isAlive(pid)) && Date.now() < until) await pause(100);
  for (const each of alive.filter(isOurs)) signal(each.pid, 'SIGKILL');
  rmSync(STATE, { force: true });
  rmSync(state.folder, { recursive: true, force: true });
}

/** Whether the process is still the one that was started: its id may have gone to another since. */
function isOurs({ pid }) {
  if (!isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes(FLINK_HOME);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

function pause(milliseconds) {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
