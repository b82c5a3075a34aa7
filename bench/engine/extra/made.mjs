// Rows made in memory: no file, no peer.

/** Columns of made-up events: `ts` µs, `user`, `price`, `size`. `userOf` and `timeOf` give those of a row. */
export function makeEvents(rows, { userOf, timeOf }) {
  const ts = new Float64Array(rows);
  const user = new Float64Array(rows);
  const price = new Float64Array(rows);
  const size = new Float64Array(rows);
  let state = 12345;
  for (let i = 0; i < rows; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    ts[i] = timeOf(i);
    user[i] = userOf(i, state);
    price[i] = 100 + (state % 1000) / 100;
    size[i] = 1 + (state % 300);
  }
  const int64 = { kind: 'int64' };
  const fields = [
    { name: 'ts', type: { kind: 'timestamp', unit: 'us' }, nullable: false },
    { name: 'user', type: int64, nullable: false },
    { name: 'price', type: { kind: 'float64' }, nullable: false },
    { name: 'size', type: int64, nullable: false },
  ];
  const columns = [ts, user, price, size].map((data, i) => ({
    type: fields[i].type,
    data,
    valid: null,
    dictionary: null,
  }));
  return { schema: { fields }, columns, length: rows, marks: ts };
}

/** CPU and wall time of work, in milliseconds, and what it gave. */
export async function timed(work) {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const value = await work();
  const wall_ms = performance.now() - begun;
  const used = process.cpuUsage(cpu);
  return { value, wall_ms, cpu_ms: (used.user + used.system) / 1000 };
}

export function megabytes() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return Math.round(((heapUsed + arrayBuffers) / 2 ** 20) * 10) / 10;
}

export function options() {
  return JSON.parse(process.argv[2]);
}

export function give(results) {
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
