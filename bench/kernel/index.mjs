import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from './client.mjs';
import { KERNELS } from './kernels.mjs';
import { processTree } from './processTree.mjs';

const STARTS = 3;
const CELLS = 20;

/**
 * Start-up to the first idle and to the first cell's result, then the median of trivial and of declaration cells, in each kernel in turn. CPU
 * time is that of the kernel's whole process tree, memory what it holds at the end of the part.
 */
export async function run() {
  // Cells find the packages of the checkout: tslab knows no `console` without @types/node beside the notebook.
  const cwd = mkdtempSync(join(tmpdir(), 'millrace-bench-kernel-'));
  symlinkSync(
    fileURLToPath(new URL('../../node_modules', import.meta.url)),
    join(cwd, 'node_modules'),
    'junction',
  );
  try {
    const measured = new Map();
    for (const kernel of KERNELS) {
      const runs = [];
      for (let start = 0; start < STARTS; start++) runs.push(await measure(kernel, cwd));
      measured.set(
        kernel.name,
        Object.fromEntries(Object.keys(runs[0]).map(part => [part, best(runs.map(run => run[part]))])),
      );
    }
    return results(measured);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function measure({ argv, trivial, declaration }, cwd) {
  const begun = performance.now();
  const client = await Client.start(argv, { cwd });
  try {
    const idle = { wall: performance.now() - begun, ...processTree(client.pid) };
    const first = await timed(client, [trivial]);
    const small = await timed(client, Array(CELLS).fill(trivial));
    const declared = await timed(
      client,
      Array.from({ length: CELLS }, (_, index) => declaration(index)),
    );
    return {
      'start to idle': idle,
      'first cell': first,
      'trivial cell': small,
      'declaration cell': declared,
    };
  } finally {
    await client.stop();
  }
}

/** The median wall time of cells, and CPU time by cell. */
async function timed(client, cells) {
  const before = processTree(client.pid);
  const walls = [];
  for (const cell of cells) {
    const begun = performance.now();
    await client.execute(cell);
    walls.push(performance.now() - begun);
  }
  const after = processTree(client.pid);
  const wall = walls.sort((a, b) => a - b)[walls.length >> 1];
  return after === null
    ? { wall }
    : { wall, cpuMs: (after.cpuMs - before.cpuMs) / cells.length, residentMb: after.residentMb };
}

/** The fastest of several runs: what else the machine does only adds. */
function best(runs) {
  const least = key => (runs[0][key] === undefined ? null : Math.min(...runs.map(run => run[key])));
  return { wall: least('wall'), cpuMs: least('cpuMs'), residentMb: least('residentMb') };
}

function results(measured) {
  return [...measured].flatMap(([kernel, parts]) =>
    Object.entries(parts).map(([part, { wall, cpuMs, residentMb }]) => {
      const ours = measured.get('millrace')[part];
      const ratio = peer => {
        const theirs = measured.get(peer)?.[part];
        return kernel !== 'millrace' || !theirs?.cpuMs || !ours.cpuMs
          ? null
          : round(theirs.cpuMs / ours.cpuMs);
      };
      return {
        name: `${kernel}: ${part}`,
        rows: null,
        wall_ms: round(wall),
        cpu_ms: round(cpuMs),
        rows_per_s: null,
        peak_mb: round(residentMb),
        duckdb_ratio: null,
        polars_ratio: null,
        flink_ratio: null,
        tslab_ratio: ratio('tslab'),
        ipykernel_ratio: ratio('ipykernel'),
      };
    }),
  );
}

function round(value) {
  return value === null || value === undefined ? null : Math.round(value * 100) / 100;
}
