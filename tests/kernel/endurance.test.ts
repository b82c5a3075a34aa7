import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

/** Long test runs have the sizes that were measured; `MILLRACE_CELLS` and `MILLRACE_KILLS` say others. */
const isLong = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000;
const CELLS = Number(process.env.MILLRACE_CELLS ?? (isLong ? 10_000 : 250));
const KILLS = Number(process.env.MILLRACE_KILLS ?? (isLong ? 100 : 8));

let kernel: JupyterClient;
afterEach(() => kernel.shutdown());

/** A process of the kernel, by the script that it runs. */
function pidOf(script: string): number | null {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      const isMeant = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(script);
      if (parent === kernel.process.pid && isMeant) return Number(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  return null;
}

/** Resident memory of a process, MB. */
function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1]) / 1024);
}

test.skipIf(process.platform !== 'linux')(
  'the runner is killed at random moments: the next cell runs',
  async () => {
    kernel = await JupyterClient.start();
    let seed = Number(process.env.MILLRACE_SEED ?? 1);
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const cells = [
      'for (let i = 0; i < 200; i++) { console.log("x".repeat(100)); await new Promise(done => setTimeout(done, 1)); }',
      'while (true) {}',
      'const big = new Array(1e6).fill(1); await new Promise(() => {})',
      'display(display.html("<b>shown</b>")); await new Promise(() => {})',
      '1',
    ];
    for (let kill = 0; kill < KILLS; kill++) {
      const id = kernel.startCell(cells[kill % cells.length]);
      await new Promise(resolve => setTimeout(resolve, random() * 400));
      const pid = pidOf('runner/main.js');
      if (pid !== null) process.kill(pid, 'SIGKILL');
      // A cell that was done before has ended well, one that waits runs in the next process: those that never end are interrupted.
      const patience = setInterval(() => void kernel.interrupt(), 3_000);
      await kernel.finished(id);
      clearInterval(patience);
      const next = await kernel.execute('6 * 7');
      expect([next.error, next.result]).toEqual([null, '42']);
    }
  },
  120_000 + KILLS * 20_000,
);

test.skipIf(process.platform !== 'linux')(
  'memory does not grow with the number of cells',
  async () => {
    kernel = await JupyterClient.start();
    const measure: Record<'wire' | 'language' | 'runner', number>[] = [];
    for (let cell = 0; cell < CELLS; cell++) {
      const code = `const name${cell % 20} = [${cell}, 'text']; function use${cell % 7}(x: number) { return x + name${cell % 20}.length }\nclass C${cell % 5} { value = use${cell % 7}(${cell}) }\nconsole.log(new C${cell % 5}().value); ({ cell: ${cell} })`;
      const answer = await kernel.execute(code);
      expect(answer.error).toBeNull();
      kernel.published.length = 0;
      if ((cell + 1) % Math.ceil(CELLS / 5) === 0) {
        measure.push({
          wire: residentMb(kernel.process.pid!),
          language: residentMb(pidOf('language/main.js')!),
          runner: residentMb(pidOf('runner/main.js')!),
        });
      }
    }
    console.log(`Resident MB over ${CELLS} cells: ${JSON.stringify(measure)}`);
    const [first, last] = [measure[1], measure.at(-1)!];
    // The language service's heap fills up to about 480 MB before it is collected, over the first few hundred cells.
    expect(last.language).toBeLessThan(650);
    if (CELLS >= 1000) expect(last.language - first.language).toBeLessThan(150);
    expect(last.wire - first.wire).toBeLessThan(60);
    expect(last.runner - first.runner).toBeLessThan(60);
  },
  CELLS * 2_000,
);
