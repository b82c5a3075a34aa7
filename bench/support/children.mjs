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

/**
 * Runs work in this process and prints what it took: CPU time of all threads, wall time, the process's peak memory. What `check` makes of
 * the result, so that answers can be compared, is not measured.
 */
export async function measured(work, check) {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const value = await work();
  const wall = performance.now() - begun;
  const used = process.cpuUsage(cpu);
  const result = {
    wall_ms: wall,
    cpu_ms: (used.user + used.system) / 1000,
    peak_mb: process.resourceUsage().maxRSS / 1024,
    check: await check(value),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
