import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { measure } from '../support/children.mjs';
import { makeTrades } from '../engine/data.mjs';

const ROWS = 1_000_000;
const RUNS = 2;
const here = name => fileURLToPath(new URL(name, import.meta.url));

/** Which files are read: by their endings, how DuckDB writes them out of the Parquet file, and which peers read them. */
const FILES = {
  csv: {},
  'csv.gz': { write: 'FORMAT csv, HEADER, COMPRESSION gzip' },
  'csv.zst': { write: 'FORMAT csv, HEADER, COMPRESSION zstd' },
  ndjson: {},
  'ndjson.gz': { write: 'FORMAT json, COMPRESSION gzip' },
  'ndjson.zst': { write: 'FORMAT json, COMPRESSION zstd' },
  parquet: {},
  // DuckDB reads no Arrow files without an extension.
  arrow: { without: ['duckdb'] },
  // One file a symbol group, all of the same hours: rows are merged by their time.
  'parts/*.csv': { parts: 16 },
};

/**
 * Each format, from the file to the same groups: count, sum and greatest value by symbol. One process a run, the engines in turn, the least CPU time of a
 * few runs in each counts; DuckDB and Polars run on one thread. `cpu_ratio` is the peer's CPU time divided by ours.
 */
export async function measureFormats({ rows = ROWS, runs = RUNS, only, cases }) {
  execFileSync(process.execPath, [here('../../node_modules/typescript/bin/tsc'), '-b', here('../../engine')]);
  const stem = await makeTrades(rows);
  await writeFiles(stem);
  const python = [process.env.BENCH_PYTHON, here('../.data/python/bin/python')].find(each =>
    existsSync(each ?? ''),
  );
  if (python === undefined)
    process.stderr.write('No Python with polars, so that is left out (see bench/engine).\n');
  const results = [];
  for (const [ending, { without = [] }] of Object.entries(FILES)) {
    const name = `formats ${ending}`;
    if (!cases.includes('formats') && !cases.includes(name)) continue;
    const path = ending.startsWith('parts') ? `${stem}-${ending}` : `${stem}.${ending}`;
    const engines = {
      millrace: () => measure(process.execPath, [here('formatsMillrace.mjs'), path]),
      duckdb: () => measure(process.execPath, [here('formatsDuckdb.mjs'), path]),
      ...(python && {
        polars: () => measure(python, [here('formats_polars.py'), path], { POLARS_MAX_THREADS: '1' }),
      }),
    };
    const best = {};
    for (let turn = 0; turn < runs; turn++) {
      for (const [engine, start] of Object.entries(engines)) {
        if (
          without.includes(engine) ||
          (only !== undefined && engine !== 'millrace' && !only.includes(engine))
        )
          continue;
        const result = await start().catch(error =>
          process.stderr.write(`${name} ${engine}: ${error.message}\n`),
        );
        if (typeof result !== 'object') continue;
        if (best[engine] === undefined || result.cpu_ms < best[engine].cpu_ms) best[engine] = result;
      }
    }
    results.push(...report(name, path, rows, best));
  }
  return results;
}

function report(name, path, rows, best) {
  const ours = best.millrace;
  return Object.entries(best).map(([engine, result]) => {
    for (const [key, value] of Object.entries(ours?.check ?? {})) {
      const other = result.check[key];
      if (Math.abs(other - value) > 1e-6 * Math.abs(value)) {
        process.stderr.write(`${name}: ${engine} has ${key} ${other}, and we have ${value}\n`);
      }
    }
    return {
      name,
      order: 'in order',
      engine,
      rows,
      mb: path.includes('*') ? null : statSync(path).size / 2 ** 20,
      rows_per_second: Math.round(rows / (result.wall_ms / 1000)),
      wall_ms: result.wall_ms,
      cpu_ms: result.cpu_ms,
      cpu_ratio: engine === 'millrace' || ours === undefined ? null : result.cpu_ms / ours.cpu_ms,
      peak_mb: result.peak_mb,
    };
  });
}

async function writeFiles(stem) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const copy = async (path, select, format) => {
    if (existsSync(path)) return;
    await connection.run(`COPY (${select}) TO '${path}.part' (${format})`);
    await rename(`${path}.part`, path);
  };
  for (const [ending, { write, parts }] of Object.entries(FILES)) {
    const from = `'${stem}.parquet'`;
    const columns = ending.startsWith('ndjson') ? '* REPLACE (epoch_us(ts) AS ts)' : '*';
    if (write !== undefined) await copy(`${stem}.${ending}`, `SELECT ${columns} FROM ${from}`, write);
    if (parts === undefined) continue;
    mkdirSync(`${stem}-parts`, { recursive: true });
    for (let part = 0; part < parts; part++) {
      const of = `SELECT * FROM ${from} WHERE hash(symbol) % ${parts} = ${part}`;
      await copy(`${stem}-parts/${String(part).padStart(2, '0')}.csv`, of, 'FORMAT csv, HEADER');
    }
  }
  connection.closeSync();
  instance.closeSync();
}
