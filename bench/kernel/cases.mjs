import { Client } from './client.mjs';
import { processTree } from './processTree.mjs';

const CELLS = 20;
const ROUNDS_OF_COMPLETIONS = 20;
const FRAME_BYTES = 100_000;
const FRAME_SECONDS = 4;
const LINES = 20_000;
/** Output that has not come to its end by then does not. */
const OUTPUT_PATIENCE_MS = 30_000;

/**
 * What is measured, each in a kernel of its own: a function of a kernel and the options of its process to figures by name. Wall and CPU
 * time in ms (CPU of all processes of the kernel), memory in MB.
 */
export const CASES = {
  /** From the start of the process to its answer, and to the end of the first cell. */
  start: (kernel, options) =>
    session(kernel.argv, options, async client => {
      const ready = { wall_ms: client.readyMs, ...memory(client) };
      await client.execute(kernel.trivial);
      const first = { wall_ms: performance.now() - client.begunAt, ...memory(client) };
      return { 'kernel_info answered': ready, 'first cell done': first };
    }),

  /** Cells after the first, by cell; then the memory of the kernel. */
  cells: (kernel, options) =>
    session(kernel.argv, options, async client => {
      for (let i = 0; i < 3; i++) await client.execute(kernel.trivial);
      const trivial = await timedCells(client, Array(CELLS).fill(kernel.trivial));
      const declarations = Array.from({ length: CELLS }, (_, index) => kernel.declaration(index));
      const declaration = await timedCells(client, declarations);
      return {
        'trivial cell': trivial,
        'declaration cell': declaration,
        [`memory after ${2 * CELLS} cells`]: memory(client),
      };
    }),

  /** Completions at names whose types are long, after a cell that has loaded them. */
  completion: (kernel, options) =>
    session(kernel.argv, options, async client => {
      await client.execute(kernel.types);
      await complete(client, kernel.completions[0]);
      const before = processTree(client.pid);
      const walls = [];
      for (let round = 0; round < ROUNDS_OF_COMPLETIONS; round++)
        for (const code of kernel.completions) walls.push(await timed(() => complete(client, code)));
      const cpu = (processTree(client.pid).cpuMs - before.cpuMs) / walls.length;
      return {
        'completion p50': { wall_ms: percentile(walls, 0.5), cpu_ms: cpu },
        'completion p99': { wall_ms: percentile(walls, 0.99) },
        'memory with the types loaded': memory(client),
      };
    }),

  /** Lines of output: how many arrive, and when the kernel is idle again. */
  output: (kernel, options) =>
    session(kernel.argv, options, async client => {
      await client.execute(kernel.trivial);
      let arrived = 0;
      client.onPublished = (type, content) => {
        if (type === 'stream') arrived += content.text.split('\n').length - 1;
      };
      const before = processTree(client.pid);
      const begun = performance.now();
      const isIdle = await client.execute(kernel.lines, OUTPUT_PATIENCE_MS).then(
        () => true,
        () => false,
      );
      const cpu = processTree(client.pid).cpuMs - before.cpuMs;
      const wall = isIdle ? performance.now() - begun : null;
      return { [`${LINES} lines of output`]: { wall_ms: wall, cpu_ms: cpu, arrived: arrived / LINES } };
    }),

  /** Frames of a comm with a binary buffer: how many arrive, and how late. */
  comms: async (kernel, options) => {
    const results = {};
    for (const hertz of [60, 600]) {
      results[`comm frames of 100 KB, ${hertz} a second`] =
        kernel.frames === undefined ? { arrived: 0 } : await frames(kernel, options, hertz);
    }
    return results;
  },
};

function frames(kernel, options, hertz) {
  return session(kernel.frames.argv ?? kernel.argv, options, async client => {
    const late = [];
    client.onPublished = (type, content, [buffer]) => {
      if (type === 'comm_msg' && buffer?.length === FRAME_BYTES)
        late.push((Number(process.hrtime.bigint()) - content.data.at) / 1e6);
    };
    const total = hertz * FRAME_SECONDS;
    const before = processTree(client.pid);
    if (kernel.frames.cell !== undefined) {
      await client.execute(kernel.frames.cell(FRAME_BYTES, hertz, FRAME_SECONDS));
    } else {
      const data = { bytes: FRAME_BYTES, hertz, seconds: FRAME_SECONDS };
      await client.tell('comm_open', { comm_id: 'frames', target_name: 'millrace.view', data });
      await new Promise(resolve => setTimeout(resolve, FRAME_SECONDS * 1000));
    }
    for (let i = 0; late.length < total && i < 50; i++)
      await new Promise(resolve => setTimeout(resolve, 100));
    const cpu = processTree(client.pid).cpuMs - before.cpuMs;
    const [p50, p99] = [percentile(late, 0.5), percentile(late, 0.99)];
    return { wall_ms: p50, p99_ms: p99, cpu_ms: cpu, arrived: late.length / total };
  });
}

async function session(argv, options, work) {
  const client = await Client.start(argv, options);
  try {
    return await work(client);
  } finally {
    await client.stop();
  }
}

function memory(client) {
  const tree = processTree(client.pid);
  return tree === null
    ? {}
    : { cpu_ms: tree.cpuMs, resident_mb: tree.residentMb, proportional_mb: tree.proportionalMb };
}

async function timedCells(client, cells) {
  const before = processTree(client.pid);
  const walls = [];
  for (const cell of cells) walls.push(await timed(() => client.execute(cell)));
  const cpu = processTree(client.pid).cpuMs - before.cpuMs;
  return { wall_ms: percentile(walls, 0.5), cpu_ms: cpu / cells.length };
}

async function complete(client, code) {
  const reply = await client.ask('complete_request', { code, cursor_pos: code.length });
  if (!(reply.matches?.length > 0)) throw new Error(`nothing completes ${code}`);
}

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? null;
}
