import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measure } from '../support/children.mjs';
import { CASES, FILE_CASES, LIBRARIES, OVER_PYARROW, TOLERANCE } from './cases.mjs';
import { makeTrades } from './data.mjs';
import { EXTRAS } from './extras.mjs';
import { measureFlink } from './flink.mjs';
import { measureNexmark } from './nexmark/index.mjs';
import { reached } from './targets.mjs';

const ROWS = 10_000_000;
const RUNS = 3;

const here = name => fileURLToPath(new URL(name, import.meta.url));

/**
 * The workloads of `cases.mjs`, in order and shuffled within one second. Each run is a process of its own in which the
 * work is done a few times; the engines take turns, and the least CPU time counts, since what else the machine does only adds, and start-up, planning and compiling are
 * apart: the median of the processes and their first time are given beside it. DuckDB and Polars answer as a batch on one thread; the JavaScript libraries and
 * Flink take fewer rows, and their time is given for as many as ours. A ratio is the peer's CPU time divided by ours.
 */
export async function run({
  rows = ROWS,
  cases,
  orders = ['in order', 'shuffled'],
  runs = RUNS,
  data,
  only,
}) {
  build();
  const stem = await makeTrades(rows, data);
  const python = findPython('polars');
  const overArrow = findPython('duckdb, pyarrow');
  const apart = [...Object.keys(EXTRAS), 'flink', 'nexmark'];
  const chosen = cases ?? [...CASES.map(({ name }) => name), ...FILE_CASES, ...apart];
  const results = [];
  for (const order of orders) {
    for (const name of chosen.filter(each => !apart.includes(each))) {
      if (name.startsWith('IN ') && order === 'shuffled') continue;
      const best = await measureCase(name, order, { stem, rows, python, overArrow, runs, only });
      results.push(...report(name, order, rows, best));
    }
  }
  if (chosen.includes('flink')) results.push(...(await measureFlink({ stem, rows, results })));
  if (chosen.includes('nexmark')) results.push(...(await measureNexmark({ only, runs })));
  for (const [name, extra] of Object.entries(EXTRAS)) {
    if (chosen.includes(name)) results.push(...(await extra({ stem, rows })));
  }
  return results.map(result => ({ ...result, reach: reached(result) }));
}

async function measureCase(name, order, { stem, rows, python, overArrow, runs, only }) {
  const args = [name, order, stem, String(rows)];
  const node = (script, ...rest) =>
    measure(process.execPath, ['--single-threaded-gc', '--max-old-space-size=8192', here(script), ...rest]);
  const engines = {
    millrace: () => node('millrace.mjs', ...args),
    ...duckdb(name, args, { node, overArrow }),
    ...(python === null
      ? {}
      : { polars: () => measure(python, [here('polars_peer.py'), ...args], { POLARS_MAX_THREADS: '1' }) }),
  };
  if (order === 'in order') {
    for (const { library, rows: most } of LIBRARIES.filter(each => each.cases.includes(name))) {
      const taken = Math.min(rows, most);
      engines[library] = async () =>
        scaled(await node('libraries.mjs', library, name, order, stem, String(taken)), rows / taken);
    }
  }
  const all = {};
  for (let turn = 0; turn < runs; turn++) {
    for (const [engine, start] of Object.entries(engines)) {
      if (only !== undefined && engine !== 'millrace' && !only.includes(engine)) continue;
      const result = await start();
      process.stderr.write(`${name} ${order} ${engine}: ${Math.round(result.cpu_ms)} ms CPU\n`);
      (all[engine] ??= []).push(result);
    }
  }
  return Object.fromEntries(Object.entries(all).map(([engine, each]) => [engine, bestOf(each)]));
}

/** DuckDB as Node's package; over Arrow, which that does not read, as Python's with pyarrow, where they are there. */
function duckdb(name, args, { node, overArrow }) {
  if (!OVER_PYARROW.includes(name)) return { duckdb: () => node('duckdb.mjs', ...args) };
  return overArrow === null ? {} : { duckdb: () => measure(overArrow, [here('duckdb_arrow.py'), ...args]) };
}

/** The run that took the least CPU time, with the median of all and the most memory of any. */
function bestOf(results) {
  const inOrder = results.toSorted((a, b) => a.cpu_ms - b.cpu_ms);
  return {
    ...inOrder[0],
    median_cpu_ms: inOrder[Math.floor(inOrder.length / 2)].cpu_ms,
    peak_mb: Math.max(...results.map(result => result.peak_mb)),
  };
}

function scaled(result, factor) {
  return {
    ...result,
    wall_ms: result.wall_ms * factor,
    cpu_ms: result.cpu_ms * factor,
    first_cpu_ms: result.first_cpu_ms * factor,
  };
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

function report(name, order, rows, best) {
  const ours = best.millrace;
  return Object.entries(best).map(([engine, result]) => {
    agree(`${name} ${order}`, engine, ours.check, result.check);
    const ratio = peer =>
      engine === 'millrace' && best[peer] !== undefined ? round(best[peer].cpu_ms / ours.cpu_ms) : null;
    return {
      name,
      order,
      engine,
      rows,
      wall_ms: round(result.wall_ms),
      cpu_ms: round(result.cpu_ms),
      median_cpu_ms: round(result.median_cpu_ms),
      first_cpu_ms: round(result.first_cpu_ms),
      rows_per_s: Math.round(rows / (result.cpu_ms / 1000)),
      peak_mb: round(result.peak_mb),
      out: result.check?.rows ?? null,
      duckdb_ratio: ratio('duckdb'),
      polars_ratio: ratio('polars'),
      flink_ratio: null,
    };
  });
}

/** Speed of a wrong answer is worth nothing. */
function agree(name, engine, ours, theirs) {
  if (ours === null || theirs === null) return;
  for (const key of Object.keys(ours)) {
    const difference = Math.abs(theirs[key] - ours[key]);
    if (!(difference <= TOLERANCE * Math.abs(ours[key]))) {
      throw new Error(`${name}: ${engine} has ${key} ${theirs[key]}, Millrace ${ours[key]}`);
    }
  }
}

/** A Python that has some modules, or null: the one that BENCH_PYTHON names, one made in bench/.data, or the system's. */
function findPython(modules) {
  const candidates = [process.env.BENCH_PYTHON, here('../.data/python/bin/python'), 'python3'];
  for (const python of candidates) {
    if (python === undefined || (python.includes('/') && !existsSync(python))) continue;
    try {
      execFileSync(python, ['-c', `import ${modules}`], { stdio: 'ignore' });
      return python;
    } catch {
      // Not this one.
    }
  }
  process.stderr.write(
    `No Python with ${modules}, so that is left out: python3 -m venv bench/.data/python && bench/.data/python/bin/pip install polars duckdb pyarrow\n`,
  );
  return null;
}

function round(value) {
  return Math.round(value * 100) / 100;
}
