import { existsSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { clusterState, startCluster, stopCluster } from '../../scripts/lib/flinkCluster.mjs';
import { installFlink } from '../../scripts/lib/flinkInstall.mjs';
import { quotesOf } from './data.mjs';

const ROWS = 1_000_000;
/** Of the temporal join, which takes minutes for more: it looks through a key's versions whenever the watermark moves. */
const FEW_ROWS = 100_000;
const TURNS = 2;
/** A clock tick of /proc, in milliseconds. */
const TICK_MS = 10;

const windows = 'symbol, window_start, window_end';
const bars = size => `
  SELECT ${windows}, FIRST_VALUE(price) AS o, MAX(price) AS h, MIN(price) AS l, LAST_VALUE(price) AS c, SUM(size) AS v,
         SUM(price * size) / SUM(size) AS vwap, COUNT(*) AS n
  FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL ${size})) GROUP BY ${windows}`;
const over = frame =>
  `SELECT ts, symbol, AVG(price) OVER (PARTITION BY symbol ORDER BY ts ${frame} PRECEDING AND CURRENT ROW) AS m FROM trades`;

const QUERIES = {
  W1: 'SELECT ts, symbol, price * size AS notional FROM trades WHERE size > 100',
  W2: bars("'1' SECOND"),
  W2m: bars("'1' MINUTE"),
  W3: `SELECT ${windows}, AVG(price) AS m, MAX(price) AS h, COUNT(*) AS n
       FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '10' SECOND)) GROUP BY ${windows}`,
  W4: `SELECT ${windows}, COUNT(*) AS n, SUM(size) AS v
       FROM TABLE(SESSION(TABLE trades PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '0.050' SECOND)) GROUP BY ${windows}`,
  W5: over('ROWS BETWEEN 19'),
  W5r: over("RANGE BETWEEN INTERVAL '5' SECOND"),
  W6: `SELECT few.*, bid, ask FROM few LEFT JOIN quotes FOR SYSTEM_TIME AS OF few.ts ON few.symbol = quotes.symbol`,
  W7: `SELECT ${windows}, notional FROM (
         SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY notional DESC) AS place FROM (
           SELECT ${windows}, SUM(price * size) AS notional
           FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY ${windows}))
       WHERE place <= 3`,
  W9: 'SELECT symbol, COUNT(*) AS n, SUM(size) AS v, AVG(price) AS m FROM trades GROUP BY symbol',
};

/** What is read, and so taken off: of most workloads the trades alone. */
const READS = {
  read: 'SELECT * FROM trades',
  'read few': 'SELECT * FROM few',
  'read quotes': 'SELECT * FROM quotes',
};

/**
 * The workloads on a Flink cluster on this machine, as streams over a CSV file into a sink that drops them. Fewer rows, scaled to ours; the CPU time of
 * its TaskManager, less that of reading the file alone. Each runs twice, so that Java has compiled what it will, and the least counts: of the reading
 * as well. The ratio is Flink's CPU time divided by ours in the same run.
 */
export async function measureFlink({ stem, rows, results }) {
  await installFlink();
  const columns = 'ts, symbol, price, size';
  const path = await headerless(`${stem}-flink.csv`, `${stem}.parquet`, columns, ROWS);
  const few = await headerless(`${stem}-few-flink.csv`, `${stem}.parquet`, columns, FEW_ROWS);
  const from = quotesOf(stem, 'in order');
  const quotes = await headerless(`${stem}-few-quotes-flink.csv`, from, 'ts, symbol, bid, ask', FEW_ROWS / 2);
  const { gateway, rest, started } = await startCluster();
  try {
    const { processes } = await clusterState();
    const worker = processes.find(({ name }) => name === 'TaskManager').pid;
    const sql = await openSession(gateway);
    await sql(`CREATE TABLE trades (ts TIMESTAMP(3), symbol STRING, price DOUBLE, size BIGINT, WATERMARK FOR ts AS ts)
               WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'csv')`);
    await sql(`CREATE TABLE few (ts TIMESTAMP(3), symbol STRING, price DOUBLE, size BIGINT, WATERMARK FOR ts AS ts)
               WITH ('connector' = 'filesystem', 'path' = '${few}', 'format' = 'csv')`);
    await sql(`CREATE TABLE quotes (ts TIMESTAMP(3), symbol STRING, bid DOUBLE, ask DOUBLE, WATERMARK FOR ts AS ts, PRIMARY KEY (symbol) NOT ENFORCED)
               WITH ('connector' = 'filesystem', 'path' = '${quotes}', 'format' = 'csv')`);
    const best = {};
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [name, query] of Object.entries({ ...READS, ...QUERIES })) {
        const result = await runJob(sql, rest, worker, `${name.replace(' ', '_')}_${turn}`, query);
        process.stderr.write(`${name} flink: ${result.cpu_ms} ms CPU, reading included\n`);
        if (best[name] === undefined || result.cpu_ms < best[name].cpu_ms) best[name] = result;
      }
    }
    const figures = [];
    for (const name of Object.keys(QUERIES)) {
      const { cpu_ms, wall_ms } = best[name];
      const joins = name === 'W6';
      const scale = rows / (joins ? FEW_ROWS : ROWS);
      const reading = joins ? best['read few'].cpu_ms + best['read quotes'].cpu_ms : best.read.cpu_ms;
      const alone = Math.max(TICK_MS, cpu_ms - reading) * scale;
      const ours = results.find(
        each => each.name === name && each.engine === 'millrace' && each.order === 'in order',
      );
      if (ours !== undefined) ours.flink_ratio = Math.round((alone / ours.cpu_ms) * 10) / 10;
      figures.push({
        name,
        order: 'in order',
        engine: 'flink',
        rows,
        wall_ms: Math.round(wall_ms * scale),
        cpu_ms: Math.round(alone),
        rows_per_s: Math.round(rows / (alone / 1000)),
        flink_ratio: null,
      });
    }
    return figures;
  } finally {
    if (started) await stopCluster();
  }
}

/** The first rows as CSV without a header, which Flink takes for a row. */
async function headerless(path, from, columns, rows) {
  if (existsSync(path)) return path;
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const list = columns.replace('ts', "strftime(ts, '%Y-%m-%d %H:%M:%S.%g') AS ts");
  await connection.run(
    `COPY (SELECT ${list} FROM '${from}' LIMIT ${rows}) TO '${path}' (FORMAT csv, HEADER false)`,
  );
  connection.closeSync();
  instance.closeSync();
  return path;
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
