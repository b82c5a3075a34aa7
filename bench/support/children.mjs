import { spawn } from 'node:child_process';

/** Runs a program and gives the JSON of its last line of output; null where it cannot run. Its messages go to ours. */
export function measure(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', text => (output += text));
    child.on('error', reject);
    child.on('close', code => {
      if (code !== 0) reject(new Error(`${[command, ...args].join(' ')} ended with ${code}`));
      else resolve(JSON.parse(output.trim().split('\n').at(-1)));
    });
  });
}

/** How often work is run in one process, and after how long it is not begun again. */
const REPEATS = 5;
const ENOUGH_MS = 15_000;

/**
 * Runs work in this process a few times and prints what the run took that took the least CPU time: CPU time of all threads, wall time, and
 * beside it the CPU time of the first run, which plans and compiles; the process's peak memory. What `prepare` does before each run and what
 * `check` makes of the last result, so that answers can be compared, is not measured.
 */
export async function measured(work, check, prepare = () => undefined) {
  const runs = [];
  const started = performance.now();
  let value;
  while (runs.length < REPEATS && (runs.length === 0 || performance.now() - started < ENOUGH_MS)) {
    await prepare();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    value = await work();
    const wall = performance.now() - begun;
    const used = process.cpuUsage(cpu);
    runs.push({ wall_ms: wall, cpu_ms: (used.user + used.system) / 1000 });
  }
  const result = {
    ...runs.toSorted((a, b) => a.cpu_ms - b.cpu_ms)[0],
    first_cpu_ms: runs[0].cpu_ms,
    peak_mb: process.resourceUsage().maxRSS / 1024,
    check: await check(value),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
