import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
afterEach(() => kernel.dispose());

/** The processes below one, itself included. */
function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid: number): number[] => [
    pid,
    ...[...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
  ];
  return below(root);
}

function alive(pid: number): boolean {
  try {
    // A process that has ended but was not waited for yet is a zombie: it no longer runs.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

const pidOf = (started: JupyterClient) => started.process.pid as number;
const gone = (pids: readonly number[]) =>
  kernel.until(() => (pids.some(alive) ? undefined : true), 'every process to be gone', 10_000);

test.skipIf(process.platform !== 'linux')(
  'a shutdown leaves no process behind, whatever a cell has started',
  async () => {
    kernel = await JupyterClient.start();
    await kernel.execute('import { spawn } from "node:child_process";\nspawn("sleep", ["600"]); 0');
    kernel.startCell('while (true) {}');
    const pids = processTree(pidOf(kernel));
    expect(pids.length).toBeGreaterThanOrEqual(4);
    const reply = await kernel.shutdown();
    expect(reply?.content).toMatchObject({ status: 'ok', restart: false });
    await gone(pids);
  },
);

test.skipIf(process.platform !== 'linux')(
  'a kernel that is killed leaves no process behind, even while a cell loops',
  async () => {
    kernel = await JupyterClient.start();
    await kernel.execute('1');
    kernel.startCell('while (true) {}');
    const pids = processTree(pidOf(kernel));
    expect(pids.length).toBeGreaterThanOrEqual(3);
    process.kill(pidOf(kernel), 'SIGKILL');
    await gone(pids);
  },
);

test('a cell that exhausts memory loses its variables, and the next cell runs', async () => {
  kernel = await JupyterClient.start({ env: { MILLRACE_RUNNER_HEAP_MB: '128' } });
  await kernel.execute('const before = 1');
  const answer = await kernel.execute(
    'const all: number[][] = []; for (;;) all.push(new Array(100_000).fill(1.5))',
  );
  expect(answer.error).toMatchObject({ ename: 'RunnerEnded' });
  expect(answer.error?.evalue).toContain('ran out of memory');
  expect(answer.error?.evalue).toContain('128 MB');
  expect(answer.stderr).not.toContain('GCs');
  expect((await kernel.execute('before')).error).toMatchObject({ ename: 'TS2304' });
  expect((await kernel.execute('1 + 1')).result).toBe('2');
});

test('a cell that ends its process, or whose process is killed, is told so; the next cell runs', async () => {
  kernel = await JupyterClient.start();
  const exited = await kernel.execute('console.log("last words"); process.exit(3)');
  expect(exited.stdout).toBe('last words\n');
  expect(exited.error?.evalue).toContain('exit code 3');
  expect((await kernel.execute('"again"')).result).toBe("'again'");
  const killed = await kernel.execute('process.kill(process.pid, "SIGKILL"); await new Promise(() => {})');
  expect(killed.error?.evalue).toContain('SIGKILL');
  const waiting = kernel.startCell('console.log("begun"); await new Promise(() => {})');
  await kernel.until(
    () => kernel.of(waiting).find(message => message.type === 'stream'),
    'the cell to start',
  );
  const runner = processTree(pidOf(kernel)).find(pid => commandLine(pid).includes('runner/main.js'));
  process.kill(runner as number, 'SIGKILL');
  expect((await kernel.finished(waiting)).error?.evalue).toContain('SIGKILL');
  expect((await kernel.execute('2 + 2')).result).toBe('4');
});

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
