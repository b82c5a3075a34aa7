import { fileURLToPath } from 'node:url';
import { measure } from '../../support/children.mjs';
import { TOLERANCE } from '../cases.mjs';
import { jobsOnFlink } from '../flinkJobs.mjs';
import { makeEvents } from './data.mjs';
import { FLINK, MILLRACE, VIEWS } from './queries.mjs';

const ROWS = 1_000_000;
const here = name => fileURLToPath(new URL(name, import.meta.url));

/**
 * Nexmark's queries that join, over a million events: ours as a stream from columns in memory, DuckDB as a batch, Flink as a stream over a CSV file, less
 * the reading alone. Answers of ours and of DuckDB must agree; CPU time, the least of a few runs each.
 */
export async function measureNexmark({ only, runs }) {
  const stem = await makeEvents(ROWS);
  const wanted = engine => only === undefined || only.includes(engine);
  const flink = wanted('flink') ? await onFlink(stem) : {};
  const results = [];
  for (const name of Object.keys(MILLRACE)) {
    const best = {};
    for (let turn = 0; turn < runs; turn++) {
      for (const engine of ['millrace', 'duckdb']) {
        if (engine !== 'millrace' && !wanted(engine)) continue;
        const args = ['--single-threaded-gc', '--max-old-space-size=8192', here(`${engine}.mjs`), name, stem];
        const result = await measure(process.execPath, args);
        process.stderr.write(`${name} ${engine}: ${Math.round(result.cpu_ms)} ms CPU\n`);
        if (best[engine] === undefined || result.cpu_ms < best[engine].cpu_ms) best[engine] = result;
      }
    }
    agree(name, best);
    const engines = { ...best, ...(flink[name] === undefined ? {} : { flink: flink[name] }) };
    results.push(...Object.entries(engines).map(([engine, result]) => row(name, engine, result, engines)));
  }
  return results;
}

function row(name, engine, result, engines) {
  const round = value => Math.round(value * 10) / 10;
  const ratio = peer =>
    engine === 'millrace' && engines[peer] !== undefined ? round(engines[peer].cpu_ms / result.cpu_ms) : null;
  return {
    name: `nexmark ${name}`,
    order: 'in order',
    engine,
    rows: ROWS,
    wall_ms: round(result.wall_ms),
    cpu_ms: round(result.cpu_ms),
    rows_per_s: Math.round(ROWS / (result.cpu_ms / 1000)),
    out: result.check?.rows ?? null,
    state_mb: result.check?.state_mb ?? null,
    duckdb_ratio: ratio('duckdb'),
    flink_ratio: ratio('flink'),
  };
}

function agree(name, { millrace, duckdb }) {
  if (duckdb === undefined) return;
  for (const key of ['rows', 'sum']) {
    const [ours, theirs] = [millrace.check[key], duckdb.check[key]];
    if (!(Math.abs(theirs - ours) <= TOLERANCE * Math.abs(ours)))
      throw new Error(`${name}: DuckDB has ${key} ${theirs}, Millrace ${ours}`);
  }
}

function onFlink(stem) {
  const setup = [
    `CREATE TABLE events (ts TIMESTAMP(3), kind INT, id BIGINT, who BIGINT, category BIGINT, price BIGINT, expires TIMESTAMP(3), name STRING,
                          city STRING, state STRING, WATERMARK FOR ts AS ts)
     WITH ('connector' = 'filesystem', 'path' = '${stem}.csv', 'format' = 'csv', 'csv.null-literal' = '')`,
    ...Object.entries(VIEWS).map(([view, query]) => `CREATE VIEW ${view} AS ${query}`),
  ];
  return jobsOnFlink(setup, 'SELECT * FROM events', FLINK);
}
