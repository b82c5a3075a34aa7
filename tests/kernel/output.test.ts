import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient, type Answer } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
}, 60_000);
afterAll(() => kernel.shutdown());

/** The streams in the order in which they were published, neighbours of one name joined. */
function inOrder(answer: Answer): [string, string][] {
  const runs: [string, string][] = [];
  for (const { type, content } of answer.published) {
    if (type !== 'stream') continue;
    const last = runs.at(-1);
    if (last !== undefined && last[0] === content.name) last[1] += String(content.text);
    else runs.push([String(content.name), String(content.text)]);
  }
  return runs;
}

test('20,000 lines all arrive, in order, in few messages', async () => {
  const answer = await kernel.execute('for (let i = 0; i < 20_000; i++) console.log(`line ${i}`)');
  const lines = answer.stdout.split('\n');
  expect(lines).toHaveLength(20_001);
  expect(lines.findIndex((line, i) => i < 20_000 && line !== `line ${i}`)).toBe(-1);
  expect(answer.published.length).toBeLessThan(100);
});

test('stdout, stderr and displays keep their order', async () => {
  const answer = await kernel.execute(
    'console.log("a"); console.error("b"); display("c"); console.log("d"); process.stdout.write("e"); console.warn("f")',
  );
  const shown = answer.published
    .filter(message => message.type === 'stream' || message.type === 'display_data')
    .map(({ type, content }) => [type, content.name]);
  expect(shown).toEqual([
    ['stream', 'stdout'],
    ['stream', 'stderr'],
    ['display_data', undefined],
    ['stream', 'stdout'],
    ['stream', 'stderr'],
  ]);
  expect(inOrder(answer)).toEqual([
    ['stdout', 'a\n'],
    ['stderr', 'b\n'],
    ['stdout', 'd\ne'],
    ['stderr', 'f\n'],
  ]);
});

test('more than the server would let through is paced, not lost', async () => {
  const begin = performance.now();
  const answer = await kernel.execute(
    'for (let i = 0; i < 40; i++) console.log(String(i).padEnd(50_000, "."))',
  );
  const seconds = (performance.now() - begin) / 1000;
  expect(answer.stdout.length).toBe(40 * 50_001);
  expect([...answer.stdout.matchAll(/^(\d+)\./gm)].map(match => Number(match[1]))).toEqual(
    Array.from({ length: 40 }, (_, i) => i),
  );
  // The server drops what exceeds 1 MB a second over 3 seconds.
  expect(2_000_000 / Math.max(seconds, 3)).toBeLessThan(1_000_000);
});

test('what child processes write to the inherited streams arrives', async () => {
  const answer = await kernel.execute(
    'import { execSync } from "node:child_process";\nexecSync("echo from a child; echo and its error >&2", { stdio: "inherit" });\n1',
  );
  expect(answer.stdout).toBe('from a child\n');
  expect(answer.stderr).toBe('and its error\n');
});

test('a timer of an earlier cell prints under that cell, also while another one runs', async () => {
  const early = kernel.startCell('setTimeout(() => console.log("late"), 300); 0');
  await kernel.finished(early);
  const later = await kernel.execute(
    'await new Promise(resolve => setTimeout(resolve, 600)); console.log("own")',
  );
  expect(later.stdout).toBe('own\n');
  const late = kernel.of(early).filter(message => message.type === 'stream');
  expect(late.map(message => message.content.text)).toEqual(['late\n']);
});

test('an error outside of a cell is told, and the kernel lives', async () => {
  const id = kernel.startCell('setTimeout(() => { throw new Error("from a timer") }, 50); const kept = 5');
  await kernel.finished(id);
  const stderr = () => kernel.of(id).find(message => String(message.content.text).includes('from a timer'));
  await kernel.until(stderr, 'the error of the timer');
  expect((await kernel.execute('kept')).result).toBe('5');
});

test('the handle that display gives is no result of the cell', async () => {
  const answer = await kernel.execute('display(1)');
  expect(answer.published.map(message => message.type).slice(2, -1)).toEqual(['display_data']);
});

test('clearing the console clears the output', async () => {
  const answer = await kernel.execute('console.log("old"); console.clear(); console.log("new")');
  const types = answer.published.map(message => message.type);
  expect(types.slice(2, -1)).toEqual(['stream', 'clear_output', 'stream']);
});

test('text is never cut through a character', async () => {
  const answer = await kernel.execute('process.stdout.write("𝄞".repeat(50_000))');
  expect(answer.stdout).toBe('𝄞'.repeat(50_000));
});
