import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
  await kernel.execute(
    'import { execSync } from "node:child_process";\nimport { setTimeout as sleep } from "node:timers/promises";\nlet n = 41; let ticks = 0;',
  );
}, 60_000);
afterAll(() => kernel.shutdown());

const LOOPS: readonly (readonly [string, string])[] = [
  ['sync', 'while (true) {}'],
  ['with catch and finally', 'while (true) { try { while (true) {} } catch {} finally { n = 0 } }'],
  ['of microtasks', 'while (true) await null'],
  ['of ticks', 'process.nextTick(function again() { process.nextTick(again) }); await new Promise(() => {})'],
  [
    'of ticks that are made before the work',
    'process.nextTick(function again() { process.nextTick(again); for (let i = 0; i < 1e6; i++); }); await new Promise(() => {})',
  ],
  [
    'of promised ticks',
    'for (;;) { const next = new Promise(resolve => process.nextTick(resolve)); for (let i = 0; i < 1e6; i++); await next }',
  ],
  ['in a timer', 'setTimeout(() => { while (true) {} }, 10); await new Promise(() => {})'],
  ['in an interval', 'setInterval(() => { while (true) {} }, 10); await new Promise(() => {})'],
  ['in an immediate', 'setImmediate(() => { while (true) {} }); await new Promise(() => {})'],
  ['after an await', 'await sleep(20); while (true) {}'],
  ['of timers', 'while (true) { await new Promise(resolve => setTimeout(resolve, 1)); ticks++ }'],
  ['of promised timers', 'while (true) { await sleep(1); ticks++ }'],
  ['in a regular expression', '/^(a+)+$/.test("a".repeat(40) + "b")'],
  ['waiting for memory', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000)'],
  ['that never settles', 'await new Promise(() => {})'],
  ['that sorts', 'for (;;) Array.from({ length: 100_000 }, Math.random).sort()'],
];

test.each(LOOPS)('a loop %s is interrupted, and variables are kept', async (_, code) => {
  const id = kernel.startCell(code);
  await kernel.until(
    () => kernel.of(id).find(message => message.type === 'execute_input'),
    'the cell to start',
  );
  await new Promise(resolve => setTimeout(resolve, 300));
  expect(await kernel.beat()).toBeLessThan(2_000);
  const begin = performance.now();
  expect((await kernel.interrupt()).content.status).toBe('ok');
  const answer = await kernel.finished(id);
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(answer.error).toMatchObject({ ename: 'Interrupted' });
  expect((await kernel.execute('n')).result).toBe('41');
  const ticks = (await kernel.execute('ticks')).result;
  await new Promise(resolve => setTimeout(resolve, 50));
  expect((await kernel.execute('ticks')).result).toBe(ticks);
});

test('a cell that floods its output stops at once and says what was dropped', async () => {
  const id = kernel.startCell('for (;;) console.log("x".repeat(1000))');
  await kernel.until(() => kernel.of(id).find(message => message.type === 'stream'), 'the first output');
  await new Promise(resolve => setTimeout(resolve, 300));
  const begin = performance.now();
  await kernel.interrupt();
  const answer = await kernel.finished(id);
  expect(performance.now() - begin).toBeLessThan(8_000);
  expect(answer.error).toMatchObject({ ename: 'Interrupted' });
  expect(answer.stderr).toContain('dropped by the interrupt');
  expect((await kernel.execute('n')).result).toBe('41');
});

test('a child process that is waited for is stopped after a while', async () => {
  const id = kernel.startCell('execSync("sleep 60")');
  await kernel.until(
    () => kernel.of(id).find(message => message.type === 'execute_input'),
    'the cell to start',
  );
  await new Promise(resolve => setTimeout(resolve, 300));
  await kernel.interrupt();
  const answer = await kernel.finished(id);
  expect(answer.error).toMatchObject({ ename: 'Interrupted' });
  expect((await kernel.execute('n')).result).toBe('41');
});

test('an interrupt ends the cells that wait, and an idle kernel does not mind one', async () => {
  const running = kernel.startCell('await new Promise(() => {})');
  const waiting = kernel.startCell('n = 0');
  await kernel.until(
    () => kernel.of(running).find(message => message.type === 'execute_input'),
    'the cell to start',
  );
  await kernel.interrupt();
  expect((await kernel.finished(running)).error).toMatchObject({ ename: 'Interrupted' });
  expect((await kernel.finished(waiting)).reply.content.status).toBe('aborted');
  await kernel.interrupt();
  expect((await kernel.execute('n')).result).toBe('41');
});

test('SIGINT to the kernel interrupts too', async () => {
  const id = kernel.startCell('while (true) {}');
  await kernel.until(
    () => kernel.of(id).find(message => message.type === 'execute_input'),
    'the cell to start',
  );
  await new Promise(resolve => setTimeout(resolve, 300));
  kernel.process.kill('SIGINT');
  expect((await kernel.finished(id)).error).toMatchObject({ ename: 'Interrupted' });
});

test('timers of an earlier cell that is done go on when a later one is interrupted', async () => {
  await kernel.execute('let beats = 0; const beating = setInterval(() => { beats++ }, 5)');
  const id = kernel.startCell('await new Promise(() => {})');
  await new Promise(resolve => setTimeout(resolve, 200));
  await kernel.interrupt();
  await kernel.finished(id);
  const before = Number((await kernel.execute('beats')).result);
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(Number((await kernel.execute('clearInterval(beating); beats')).result)).toBeGreaterThan(before);
});
