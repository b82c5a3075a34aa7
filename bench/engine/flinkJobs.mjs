import { readFileSync } from 'node:fs';
import { clusterState, startCluster, stopCluster } from '../../scripts/lib/flinkCluster.mjs';
import { installFlink } from '../../scripts/lib/flinkInstall.mjs';

const TURNS = 2;
/** A clock tick of /proc, in milliseconds. */
const TICK_MS = 10;

/**
 * Runs queries on a Flink cluster on this machine, each into a sink that drops its rows: by name the CPU time of its TaskManager, less that of reading
 * alone (of all tables, or of those that a query says that it reads), and the wall time. Each runs twice, so that Java has compiled what it will, and the least counts: of the reading as well.
 */
export async function jobsOnFlink(setup, reading, queries) {
  await installFlink();
  const { gateway, rest, started } = await startCluster();
  try {
    const { processes } = await clusterState();
    const worker = processes.find(({ name }) => name === 'TaskManager').pid;
    const sql = await openSession(gateway);
    for (const statement of setup) await sql(statement);
    const best = {};
    const measure = async (name, turn, query) => {
      const result = await runJob(sql, rest, worker, `${name}_${turn}`, query);
      process.stderr.write(`${name} flink: ${result.cpu_ms} ms CPU, reading included\n`);
      if (best[name] === undefined || result.cpu_ms < best[name].cpu_ms) best[name] = result;
    };
    const jobs = Object.entries(queries).map(([name, each]) =>
      typeof each === 'string' ? { name, query: each, reads: [reading] } : { name, ...each },
    );
    const readings = [...new Set(jobs.flatMap(({ reads }) => reads))];
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [k, query] of readings.entries()) await measure(`read${k}`, turn, query);
      for (const { name, query } of jobs) await measure(name, turn, query);
    }
    const readIn = query => best[`read${readings.indexOf(query)}`].cpu_ms;
    return Object.fromEntries(
      jobs.map(({ name, reads }) => {
        const { cpu_ms, wall_ms } = best[name];
        const alone = cpu_ms - reads.reduce((total, query) => total + readIn(query), 0);
        return [name, { cpu_ms: Math.max(TICK_MS, alone), wall_ms }];
      }),
    );
  } finally {
    if (started) await stopCluster();
  }
}

async function openSession(gateway) {
  const base = `${gateway}/v3/sessions`;
  const { sessionHandle } = await request(base, {
    properties: {
      'execution.runtime-mode': 'streaming',
      'parallelism.default': '1',
      'pipeline.object-reuse': 'true',
    },
  });
  return async statement => {
    const { operationHandle } = await request(`${base}/${sessionHandle}/statements`, { statement });
    for (;;) {
      const result = await request(
        `${base}/${sessionHandle}/operations/${operationHandle}/result/0?rowFormat=PLAIN_TEXT`,
      );
      if (result.resultType !== 'NOT_READY') return result;
      await pause(50);
    }
  };
}

/** Runs a query into a sink that drops its rows, to the end. */
async function runJob(sql, rest, worker, name, query) {
  const before = cpuOf(worker);
  const begun = performance.now();
  const { jobID } = await sql(`CREATE TABLE sink_${name} WITH ('connector' = 'blackhole') AS ${query}`);
  for (;;) {
    const { state } = await request(`${rest}/jobs/${jobID}`);
    if (state === 'FINISHED') break;
    if (['FAILED', 'CANCELED'].includes(state)) throw new Error(`Flink's job of ${name} ended as ${state}.`);
    await pause(50);
  }
  return { cpu_ms: cpuOf(worker) - before, wall_ms: performance.now() - begun };
}

function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function request(url, body) {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  );
  if (!response.ok) throw new Error(`${url}: ${(await response.text()).slice(0, 2000)}`);
  return response.json();
}

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
