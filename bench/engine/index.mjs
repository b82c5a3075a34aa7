import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measure } from '../support/children.mjs';
import { makeTrades } from './data.mjs';

const ROWS = 10_000_000;
const RUNS = 3;
const CASES = ['W2m', 'IN csv', 'IN ndjson', 'IN parquet'];

const here = name => fileURLToPath(new URL(name, import.meta.url));

/**
 * W2m: one-minute OHLC, volume and VWAP by symbol from columns in memory. IN: the same from a file, schema inference included. DuckDB and Polars
 * answer the same question as a batch on one thread, from memory or the same file. Every run is a process of its own, the engines take turns,
 * and the least CPU time counts: what else the machine does only adds. A ratio is the peer's CPU time divided by ours.
 */
export async function run({ rows = ROWS }) {
  build();
  const files = await makeTrades(rows);
  const python = findPolars();
  const engines = {
    millrace: name =>
      measure(process.execPath, ['--max-old-space-size=4096', here('millrace.mjs'), name, files.stem]),
    duckdb: name => measure(process.execPath, [here('duckdb.mjs'), name, files.stem]),
    polars: name =>
      python === null
        ? null
        : measure(python, [here('polars_peer.py'), name, files.stem], { POLARS_MAX_THREADS: '1' }),
  };
  const results = [];
  for (const name of CASES) {
    const best = {};
    for (let turn = 0; turn < RUNS; turn++) {
      for (const [engine, start] of Object.entries(engines)) {
        const result = await start(name);
        if (result === null) continue;
        process.stderr.write(`${name} ${engine}: ${Math.round(result.cpu_ms)} ms CPU\n`);
        if (best[engine] === undefined || result.cpu_ms < best[engine].cpu_ms) best[engine] = result;
      }
    }
    results.push(...report(name, rows, best));
  }
  return results;
}

/** The compiler writes what it can even where types do not fit; the figures are then those of that. */
function build() {
  try {
    const compiler = here('../../node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [compiler, '-b', here('../../engine')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch {
    process.stderr.write('The engine does not compile without errors; what was built is measured.\n');
  }
}

function report(name, rows, best) {
  const ours = best.millrace;
  return Object.entries(best).map(([engine, result]) => {
    agree(name, engine, ours.check, result.check);
    const ratio = peer =>
      engine === 'millrace' && best[peer] !== undefined ? best[peer].cpu_ms / ours.cpu_ms : null;
    return {
      name: engine === 'millrace' ? name : `${name} ${engine}`,
      rows,
      wall_ms: round(result.wall_ms),
      cpu_ms: round(result.cpu_ms),
      rows_per_s: Math.round(rows / (result.cpu_ms / 1000)),
      peak_mb: round(result.peak_mb),
      duckdb_ratio: round(ratio('duckdb')),
      polars_ratio: round(ratio('polars')),
      flink_ratio: null,
    };
  });
}

/** Speed of a wrong answer is worth nothing. */
function agree(name, engine, ours, theirs) {
  for (const key of Object.keys(ours)) {
    const difference = Math.abs(theirs[key] - ours[key]);
    if (difference > 1e-9 * Math.abs(ours[key])) {
      throw new Error(`${name}: ${engine} has ${key} ${theirs[key]}, Millrace ${ours[key]}`);
    }
  }
}

/** A Python that has Polars, or null: the one that BENCH_PYTHON names, one made in bench/.data, or the system's. */
function findPolars() {
  const candidates = [process.env.BENCH_PYTHON, here('../.data/python/bin/python'), 'python3'];
  for (const python of candidates) {
    if (python === undefined || (python.includes('/') && !existsSync(python))) continue;
    try {
      execFileSync(python, ['-c', 'import polars'], { stdio: 'ignore' });
      return python;
    } catch {
      // Not this one.
    }
  }
  process.stderr.write(
    'Polars is not there, so it is left out: python3 -m venv bench/.data/python && bench/.data/python/bin/pip install polars\n',
  );
  return null;
}

function round(value) {
  return value === null ? null : Math.round(value * 100) / 100;
}
