import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CASES } from './cases.mjs';
import { KERNELS } from './kernels.mjs';
import { TARGETS } from './targets.mjs';

const RUNS = 3;
const SNAPSHOT_BUILDER = fileURLToPath(
  new URL('../../kernel/dist/language/snapshot/build.js', import.meta.url),
);

/**
 * Our kernel beside tslab and ipykernel: start, cells, completion, output and comms (`cases.mjs`). Kernels take turns, round after round,
 * so that what else the machine does hits all alike; figures are medians of the rounds, and ratios are taken round by round, the peer's CPU time by ours.
 */
export async function run({ cases, only, runs = RUNS }) {
  const chosen = Object.entries(CASES).filter(([name]) => cases === undefined || cases.includes(name));
  const kernels = KERNELS.filter(({ name }) => name === 'millrace' || (only?.includes(name) ?? true));
  const cwd = mkdtempSync(join(tmpdir(), 'millrace-bench-kernel-'));
  // Cells find the packages of the checkout: tslab knows no `console` without @types/node beside the notebook.
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  symlinkSync(modules, join(cwd, 'node_modules'), 'junction');
  const env = { ...process.env, MILLRACE_HISTORY: 'off', MILLRACE_SNAPSHOT: join(cwd, 'snapshot') };
  try {
    spawnSync(process.execPath, [SNAPSHOT_BUILDER], { env, stdio: 'ignore' });
    const rounds = [];
    for (let round = 0; round < runs; round++) {
      for (const [name, work] of chosen) {
        // Whoever goes first in one round goes last in the next.
        for (const kernel of round % 2 === 0 ? kernels : kernels.toReversed())
          rounds.push(...(await measure(work, kernel, { cwd, env }, round)));
        if (name !== 'start') continue;
        // As after an installation, when there is no snapshot yet.
        const first = { ...kernels[0], name: 'millrace, no snapshot' };
        const without = { ...env, MILLRACE_SNAPSHOT: 'off' };
        rounds.push(...(await measure(work, first, { cwd, env: without }, round)));
      }
    }
    return results(rounds);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function measure(work, kernel, options, round) {
  process.stderr.write(`${kernel.name}, round ${round + 1}\n`);
  const figures = await work(kernel, options);
  return Object.entries(figures).map(([name, values]) => ({ name, engine: kernel.name, round, values }));
}

function results(rounds) {
  const names = [...new Set(rounds.map(({ name }) => name))];
  return names.flatMap(name => {
    const own = rounds.filter(each => each.name === name);
    const engines = [...new Set(own.map(({ engine }) => engine))];
    const figures = Object.fromEntries(
      engines.map(engine => [engine, medians(own.filter(each => each.engine === engine))]),
    );
    return engines.map(engine => ({
      name,
      engine,
      ...rounded(figures[engine]),
      wall_ratio: engine === 'millrace' ? null : ratio(own, engine, 'wall_ms'),
      cpu_ratio: engine === 'millrace' ? null : ratio(own, engine, 'cpu_ms'),
      target: engine === 'millrace' ? (TARGETS[name]?.text ?? null) : null,
      reached: engine === 'millrace' ? reached(name, figures) : null,
    }));
  });
}

function reached(name, { millrace, ...peers }) {
  const target = TARGETS[name];
  if (target === undefined) return null;
  try {
    return target.holds(millrace, peers) ? 'yes' : 'no';
  } catch {
    // The peer was not there.
    return null;
  }
}

/** The median over the rounds of the peer's figure by ours, each pair from one round. */
function ratio(own, peer, key) {
  const of = (engine, round) =>
    own.find(each => each.engine === engine && each.round === round)?.values[key] ?? null;
  const pairs = own
    .filter(({ engine }) => engine === peer)
    .map(({ round }) => [of(peer, round), of('millrace', round)])
    .filter(([theirs, ours]) => theirs !== null && ours !== null && ours > 0);
  return pairs.length === 0 ? null : round2(median(pairs.map(([theirs, ours]) => theirs / ours)));
}

function medians(rounds) {
  const keys = [...new Set(rounds.flatMap(({ values }) => Object.keys(values)))];
  return Object.fromEntries(
    keys.map(key => {
      const values = rounds.map(({ values }) => values[key]);
      return [key, values.some(value => value === null || value === undefined) ? null : median(values)];
    }),
  );
}

function median(values) {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1];
}

function rounded(figures) {
  return Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, value === null ? null : round2(value)]),
  );
}

function round2(value) {
  return Math.round(value * 100) / 100;
}
