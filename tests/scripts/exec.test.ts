import { expect, onTestFinished, test } from 'vitest';
import { type Ran, run, type RunOptions } from '../../scripts/lib/exec.mjs';

const node = (text: string, options?: RunOptions): Promise<Ran> =>
  run(process.execPath, ['-e', text], options);

/** A program that starts another, says its process and goes on as `then` says. */
function starting(other: string, then: string, stdio = 'inherit'): string {
  return `
    const started = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(other)}], { stdio: '${stdio}' });
    console.log(started.pid);
    ${then}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a program that says nothing more is ended, with all that it started', async () => {
  const hangs = 'for (;;);';
  const ran = await node(starting(starting(hangs, hangs), hangs), { patience: 2 });
  expect(ran).toMatchObject({ code: 1, silent: true });
  const [child, grandchild] = ran.output.trim().split('\n').map(Number);
  expect(child).toBeGreaterThan(0);
  expect(grandchild).toBeGreaterThan(0);
  await expect.poll(() => [child, grandchild].some(pid => isAlive(pid!))).toBe(false);
});

test('a program that goes on saying something is not', async () => {
  const speaks = `
    let said = 0;
    const each = setInterval(() => {
      console.log(++said);
      if (said === 10) clearInterval(each);
    }, 500);`;
  const ran = await node(speaks, { patience: 3 });
  expect(ran).toMatchObject({ code: 0, silent: false });
  expect(ran.output.trim().split('\n')).toHaveLength(10);
});

test('what a program leaves running is not waited for', async () => {
  const ran = await node(starting('setInterval(() => {}, 1000)', 'process.exit(3);'));
  const left = Number(ran.output.trim());
  onTestFinished(() => {
    process.kill(left, 'SIGKILL');
  });
  expect(ran).toMatchObject({ code: 3, silent: false });
  expect(isAlive(left)).toBe(true);
});

test('a program that is not there has no code', async () => {
  expect(await run('no-such-program', [])).toMatchObject({ code: null, silent: false });
});
