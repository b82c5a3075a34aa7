import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConnectionFile } from '../../kernel/src/wire/connection.js';
import { JupyterClient } from '../support/jupyterClient.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-protocol-'));
let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start({ directory });
}, 60_000);
afterAll(async () => {
  await kernel.shutdown();
  rmSync(directory, { recursive: true, force: true });
});

const question = (index: number) => kernel.until(() => kernel.asked[index], `question ${index}`);

test('a subscriber is welcomed', async () => {
  const welcome = await kernel.until(
    () => kernel.published.find(message => message.type === 'iopub_welcome'),
    'the welcome',
  );
  expect(welcome.content).toEqual({ subscription: '' });
  expect(welcome.parentId).toBe('');
});

test('kernel_info names the protocol, help and no feature that is not there', async () => {
  const { content } = await kernel.ask('kernel_info_request', {}, { channel: 'control' });
  expect(content).toMatchObject({
    status: 'ok',
    protocol_version: '5.5',
    debugger: false,
    supported_features: [],
  });
  expect((content.help_links as { url: string }[])[0].url).toMatch(/^https:/);
  for (const type of ['create_subshell', 'delete_subshell', 'list_subshell', 'debug']) {
    const reply = await kernel.ask(`${type}_request`, { subshell_id: 'x' }, { channel: 'control' });
    expect(reply.type).toBe(`${type}_reply`);
    expect(reply.content).toMatchObject({ status: 'error', ename: 'NotSupported' });
  }
});

test('a cell asks for input, with a password too', async () => {
  const id = kernel.startCell(
    'console.log("before"); const name = await prompt("name? "); const key = await prompt("key? ", { password: true }); [name, key.length]',
    { allow_stdin: true },
  );
  const first = await question(0);
  expect(first).toMatchObject({
    type: 'input_request',
    parentId: id,
    content: { prompt: 'name? ', password: false },
  });
  expect(kernel.of(id).some(message => message.type === 'stream')).toBe(true);
  kernel.send('input_reply', { status: 'ok', value: 'Ada' }, { channel: 'stdin', parent: first });
  const second = await question(1);
  expect(second.content).toEqual({ prompt: 'key? ', password: true });
  // Not the question that waits, then one that does not say which.
  kernel.send('input_reply', { value: 'wrong' }, { channel: 'stdin', parent: first });
  kernel.send('input_reply', { value: 'secret' }, { channel: 'stdin' });
  const answer = await kernel.finished(id);
  expect(answer.result).toBe("[ 'Ada', 6 ]");
  expect(JSON.stringify(answer.published)).not.toContain('secret');
});

test('where nobody can be asked, the error says so at the line', async () => {
  const { error } = await kernel.execute('const before = 1;\nawait prompt("name? ")', { allow_stdin: false });
  expect(error?.evalue).toContain('MR4129');
  expect((error?.traceback as string[]).join('\n')).toContain(':2:7');
  const late = kernel.startCell(
    'setTimeout(() => void prompt("late? ").catch(e => console.log(e.code)), 50)',
    { allow_stdin: true },
  );
  await kernel.finished(late);
  await kernel.until(
    () => kernel.of(late).find(message => message.content.text === 'MR4129\n'),
    'the refusal',
  );
});

test('a cell that waits for input is interrupted, and a late answer answers nothing', async () => {
  const before = kernel.asked.length;
  const id = kernel.startCell('await prompt("wait? ")', { allow_stdin: true });
  const asked = await question(before);
  await kernel.interrupt();
  expect((await kernel.finished(id)).error).toMatchObject({ ename: 'Interrupted' });
  const next = kernel.startCell('await prompt("next? ")', { allow_stdin: true });
  const second = await question(before + 1);
  kernel.send('input_reply', { value: 'late' }, { channel: 'stdin', parent: asked });
  kernel.send('input_reply', { value: 'right' }, { channel: 'stdin', parent: second });
  expect((await kernel.finished(next)).result).toBe("'right'");
});

test('output is cleared at once, or when the next one comes, and replaced by its id', async () => {
  const answer = await kernel.execute(
    'const shown = display("one"); display.clear({ wait: true }); console.log("next"); display.clear(); shown.update("two")',
  );
  const messages = answer.published.map(({ type, content }) => [type, content.wait ?? content.transient]);
  const id = (messages[2][1] as { display_id: string }).display_id;
  expect(id).toBeTypeOf('string');
  expect(messages.slice(2, -1)).toEqual([
    ['display_data', { display_id: id }],
    ['clear_output', true],
    ['stream', undefined],
    ['clear_output', false],
    ['update_display_data', { display_id: id }],
  ]);
});

test('of 1,000 forged, unsigned and repeated messages none is executed', async () => {
  await kernel.execute('let executed = 0');
  const own = randomUUID();
  const code = `executed++ // ${own}`;
  let frames: (string | Uint8Array)[] = [];
  const raw = kernel.sendRaw.bind(kernel);
  kernel.sendRaw = (sent, channel) => {
    frames = [...sent];
    raw(sent, channel);
  };
  kernel.send('execute_request', { code });
  kernel.sendRaw = raw;
  for (let i = 0; i < 250; i++) {
    kernel.sendRaw(frames);
    kernel.sendRaw(frames, 'control');
    kernel.send(
      'execute_request',
      { code },
      { key: randomUUID(), channel: i % 2 === 0 ? 'shell' : 'control' },
    );
    kernel.send('execute_request', { code }, { signature: ['', 'x', '0'.repeat(64), 'é'.repeat(64)][i % 4] });
  }
  expect((await kernel.execute('executed')).result).toBe('1');
}, 60_000);

test('the history outlives the kernel, without the secrets of %env', async () => {
  await kernel.execute('"kept in the file"');
  await kernel.execute('%env SOME_PASSWORD=hunter2\n"with a secret"');
  await kernel.execute('"kept in the file"');
  const file = join(directory, 'history.jsonl');
  const again = await JupyterClient.start({ directory });
  try {
    await again.execute('"of the second kernel"');
    const ask = async (request: Record<string, unknown>) =>
      (await again.ask('history_request', { output: false, raw: true, ...request })).content.history as [
        number,
        number,
        unknown,
      ][];
    expect(await ask({ hist_access_type: 'tail', n: 1 })).toEqual([[2, 1, '"of the second kernel"']]);
    const earlier = await ask({ hist_access_type: 'range', session: -1, start: 1, stop: 100, output: true });
    expect(earlier.every(([session]) => session === 1)).toBe(true);
    expect(earlier.at(-1)?.[2]).toEqual(['"kept in the file"', "'kept in the file'"]);
    expect(await ask({ hist_access_type: 'range', session: 1, start: 1, stop: 2 })).toHaveLength(1);
    const found = await ask({ hist_access_type: 'search', pattern: '*kept in*', unique: true, n: 10 });
    expect(found).toHaveLength(1);
  } finally {
    await again.shutdown();
  }
  expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.skipIf(process.platform === 'win32')(
  'a connection file that others can read is complained of',
  async () => {
    const file = join(directory, 'open.json');
    const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
    writeFileSync(file, JSON.stringify(ports), { mode: 0o600 });
    const said: unknown[] = [];
    const { error } = console;
    console.error = (text: unknown) => said.push(text);
    try {
      readConnectionFile(file);
      expect(said).toEqual([]);
      chmodSync(file, 0o644);
      readConnectionFile(file);
      expect(said).toEqual([expect.stringContaining('chmod 600')]);
    } finally {
      console.error = error;
    }
  },
);

test('a shutdown says whether another kernel is to follow', async () => {
  const other = await JupyterClient.start();
  const gone = new Promise(resolve => other.process.once('exit', resolve));
  const reply = await other.ask('shutdown_request', { restart: true }, { channel: 'control' });
  expect(reply.content).toEqual({ status: 'ok', restart: true });
  await gone;
  other.dispose();
});
