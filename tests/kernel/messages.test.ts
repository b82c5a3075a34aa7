import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
}, 60_000);
afterAll(() => kernel.shutdown());

const states = (messages: readonly { type: string; content: Record<string, unknown> }[]) =>
  messages.filter(message => message.type === 'status').map(message => message.content.execution_state);

test('kernel_info says what the kernel is', async () => {
  const { content } = await kernel.ask('kernel_info_request', {});
  expect(content).toMatchObject({
    status: 'ok',
    implementation: 'millrace',
    language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'application/typescript' },
  });
});

test('a cell is busy, shows its input, prints, gives its result, and is idle, in this order', async () => {
  await kernel.quiet();
  const cell = 'console.log("one"); console.error("two"); console.log("three"); 6 * 7';
  const answer = await kernel.execute(cell);
  expect(answer.reply.content).toMatchObject({ status: 'ok', payload: [], user_expressions: {} });
  expect(answer.published.map(message => message.type)).toEqual([
    ...['status', 'execute_input', 'stream', 'stream', 'stream', 'execute_result', 'status'],
  ]);
  expect(states(answer.published)).toEqual(['busy', 'idle']);
  expect(answer.published[1].content.code).toBe(cell);
  expect(answer.stdout).toBe('one\nthree\n');
  expect(answer.stderr).toBe('two\n');
  expect(answer.result).toBe('42');
  const count = answer.reply.content.execution_count;
  expect(answer.published[1].content.execution_count).toBe(count);
  expect(answer.published[5].content.execution_count).toBe(count);
});

test('an error is published and replied, with the line of the cell', async () => {
  const answer = await kernel.execute('const before = 1;\nthrow new RangeError("too far")');
  expect(answer.reply.content).toMatchObject({ status: 'error', ename: 'RangeError', evalue: 'too far' });
  expect(answer.error).toMatchObject({ ename: 'RangeError', evalue: 'too far' });
  expect((answer.error?.traceback as string[]).join('\n')).toContain(':2:');
});

test('a type error keeps the cell from running', async () => {
  const answer = await kernel.execute('console.log("ran");\nconst wrong: string = 5;');
  expect(answer.reply.content).toMatchObject({ status: 'error', ename: 'TS2322' });
  expect(answer.stdout).toBe('');
  expect((answer.error?.traceback as string[]).join('\n')).toContain(':2:7');
});

test('a silent cell shows nothing and counts for nothing', async () => {
  const before = (await kernel.execute('0')).reply.content.execution_count as number;
  const answer = await kernel.execute('console.log("silence"); 1', { silent: true });
  expect(answer.reply.content.status).toBe('ok');
  expect(answer.published.map(message => message.type)).toEqual(['status', 'status']);
  const after = (await kernel.execute('0')).reply.content.execution_count;
  expect(after).toBe(before + 1);
});

test('a cell that is not to be kept does not count and is not in the history', async () => {
  const before = (await kernel.execute('"kept before"')).reply.content.execution_count as number;
  const answer = await kernel.execute('"not kept"', { store_history: false });
  expect(answer.result).toBe("'not kept'");
  expect(answer.reply.content.execution_count).toBe(before);
  const { content } = await kernel.ask('history_request', {
    hist_access_type: 'tail',
    n: 1,
    output: false,
    raw: true,
  });
  expect(content.history).toEqual([[1, before, '"kept before"']]);
});

test('user expressions are evaluated after the cell, each with its value or its error', async () => {
  const answer = await kernel.execute('const basis = 20', {
    user_expressions: { sum: 'basis + 1', wrong: 'basis.missing', thrown: 'JSON.parse("{")' },
  });
  const expressions = answer.reply.content.user_expressions as Record<string, Record<string, unknown>>;
  expect(expressions.sum).toMatchObject({ status: 'ok', data: { 'text/plain': '21' } });
  expect(expressions.wrong).toMatchObject({ status: 'error', ename: 'TS2339' });
  expect(expressions.thrown).toMatchObject({ status: 'error', ename: 'SyntaxError' });
});

test('an error aborts the cells that wait, unless they are not to stop', async () => {
  const failing = kernel.startCell('await new Promise(r => setTimeout(r, 300)); throw new Error("stop")');
  const waiting = kernel.startCell('console.log("never")');
  await kernel.finished(failing);
  const aborted = await kernel.finished(waiting);
  expect(aborted.reply.content.status).toBe('aborted');
  expect(aborted.stdout).toBe('');

  const tolerant = kernel.startCell('await new Promise(r => setTimeout(r, 300)); throw new Error("go on")', {
    stop_on_error: false,
  });
  const next = kernel.startCell('console.log("after all")');
  await kernel.finished(tolerant);
  expect((await kernel.finished(next)).stdout).toBe('after all\n');
});

test('the history answers tail, range and search', async () => {
  const first = (await kernel.execute('"needle one"')).reply.content.execution_count as number;
  await kernel.execute('"needle two"');
  await kernel.execute('"needle two"');
  const ask = async (request: Record<string, unknown>) =>
    (await kernel.ask('history_request', { output: false, raw: true, ...request })).content.history;
  expect(await ask({ hist_access_type: 'tail', n: 2 })).toEqual([
    [1, first + 1, '"needle two"'],
    [1, first + 2, '"needle two"'],
  ]);
  expect(
    await ask({ hist_access_type: 'range', session: 0, start: first, stop: first + 1, output: true }),
  ).toEqual([[1, first, ['"needle one"', "'needle one'"]]]);
  expect(await ask({ hist_access_type: 'search', pattern: '*needle*', unique: true })).toEqual([
    [1, first, '"needle one"'],
    [1, first + 2, '"needle two"'],
  ]);
});

test('names complete, are inspected, and incomplete code is known, while a cell runs too', async () => {
  await kernel.execute('const quantity = 12');
  const running = kernel.startCell('while (true) {}');
  await kernel.until(
    () => kernel.of(running).find(message => message.type === 'execute_input'),
    'the cell to start',
  );
  const completion = await kernel.ask('complete_request', { code: 'quantity.toFix', cursor_pos: 14 });
  expect(completion.content).toMatchObject({
    status: 'ok',
    matches: ['toFixed'],
    cursor_start: 9,
    cursor_end: 14,
  });
  const inspection = await kernel.ask('inspect_request', {
    code: 'quantity',
    cursor_pos: 4,
    detail_level: 0,
  });
  expect(JSON.stringify(inspection.content)).toContain('quantity');
  const statuses = [];
  for (const code of ['1 + 1', 'function f() {', 'const = 3']) {
    statuses.push((await kernel.ask('is_complete_request', { code })).content.status);
  }
  expect(statuses).toEqual(['complete', 'incomplete', 'invalid']);
  // Whoever follows the statuses still sees the kernel busy with its cell.
  await kernel.until(
    () => (states(kernel.published).at(-1) === 'busy' ? true : undefined),
    'busy to be the last status',
  );
  await kernel.interrupt();
  expect((await kernel.finished(running)).reply.content.status).toBe('error');
});

test('a name with a question mark is paged', async () => {
  const { content } = (await kernel.execute('parseInt?')).reply;
  const [page] = content.payload as { source: string; data: Record<string, string> }[];
  expect(page.source).toBe('page');
  expect(page.data['text/plain']).toContain('parseInt');
});

test('messages that are forged, unsigned or malformed are dropped', async () => {
  const forged = kernel.send('execute_request', { code: 'globalThis.forged = 1' }, { key: 'another key' });
  const unsigned = kernel.send('execute_request', { code: 'globalThis.forged = 2' }, { signature: '' });
  kernel.sendRaw(['<IDS|MSG>', 'short']);
  kernel.sendRaw(['nothing of ours']);
  kernel.send('shutdown_request', { restart: false }, { channel: 'control', key: 'another key' });
  const answer = await kernel.execute('String((globalThis as { forged?: number }).forged)');
  expect(answer.result).toBe("'undefined'");
  expect(kernel.of(forged)).toEqual([]);
  expect(kernel.of(unsigned)).toEqual([]);
});

test('a request of an unknown type is ignored, and the kernel goes on', async () => {
  kernel.send('surprise_request', { any: 'thing' });
  kernel.send('execute_request', { code: 7 });
  expect((await kernel.execute('1 + 1')).result).toBe('2');
});
