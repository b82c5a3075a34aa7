import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { runCommand } from '../../engine/src/node/cli/run.js';
import { RecordingServer, type ServeOptions } from '../../engine/src/node/recordings/recordingServer.js';
import { realWorld } from '../../engine/src/node/world.js';
import { memoryInput } from '../../engine/src/sources/bytes.js';
import { ROOT } from '../support/checkout.js';
import { FakeExchange } from '../support/fakeExchange.js';
import { readRecording, recorded, type Recorded } from '../support/recordings.js';

let folder: string;
let cleanUp: (() => Promise<unknown> | void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-serve-'));
  cleanUp = [() => rmSync(folder, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
});

const at = (kind: Recorded['kind'], ms: number, text: string): Recorded => ({
  kind,
  atUs: 1_700_000_000_000_000 + ms * 1000,
  text,
});

const DAY: readonly Recorded[] = [
  at('opened', 0, 'wss://example.org'),
  at('text', 10, 'one'),
  at('binary', 20, 'two'),
  at('closed', 120, 'code 1012: service restart'),
  at('opened', 5120, 'wss://example.org'),
  at('text', 5130, 'three'),
  at('lost', 5140, '3'),
  at('text', 5150, 'four'),
];

async function serve(
  arrivals: readonly Recorded[],
  options: Partial<ServeOptions> = {},
): Promise<RecordingServer> {
  const { bytes } = await recorded(arrivals);
  const all = { host: '127.0.0.1', port: 0, speed: Infinity, loop: false, fromUs: null, ...options };
  const server = await RecordingServer.start(memoryInput(bytes), all, realWorld(folder));
  cleanUp.push(() => server.close());
  return server;
}

interface Heard {
  readonly said: string[];
  readonly times: number[];
  readonly code: number;
}

/** Everything that a client hears until it is disconnected. */
async function listen(url: string, origin?: string): Promise<Heard> {
  const client = new WebSocket(url, origin === undefined ? {} : { origin });
  const said: string[] = [];
  const times: number[] = [];
  client.on('error', () => undefined);
  client.on('message', (data, isBinary) => {
    said.push(`${isBinary ? 'binary' : 'text'} ${(data as Buffer).toString()}`);
    times.push(performance.now());
  });
  const code = await new Promise<number>(resolve => client.on('close', resolve));
  return { said, times, code };
}

test('messages are as they were, text or binary, and a lost connection is lost again', async () => {
  const server = await serve(DAY);
  expect(await listen(server.url)).toMatchObject({ said: ['text one', 'binary two'], code: 1012 });
  expect(await listen(server.url)).toMatchObject({ said: ['text three', 'text four'], code: 1000 });
  await server.ended;
  expect(server.messages).toBe(4);
});

test('the pace is that of the recording, divided by the speed, and stands still without a client', async () => {
  const slow = [at('text', 0, 'a'), at('text', 400, 'b'), at('text', 800, 'c')];
  const server = await serve(slow, { speed: 4 });
  await new Promise(resolve => setTimeout(resolve, 150));
  const { said, times } = await listen(server.url);
  expect(said).toEqual(['text a', 'text b', 'text c']);
  expect(times[1] - times[0]).toBeGreaterThan(80);
  expect(times[2] - times[0]).toBeGreaterThan(170);
});

test('every client hears what is played; a loop begins again; a start by time', async () => {
  const server = await serve([at('text', 0, 'a'), at('text', 300, 'b')], { speed: 1 });
  const both = await Promise.all([listen(server.url), listen(server.url)]);
  for (const { said } of both) expect(said.at(-1)).toBe('text b');
  const late = await serve(DAY, { fromUs: DAY[5].atUs });
  expect((await listen(late.url)).said).toEqual(['text three', 'text four']);
  const looping = await serve(DAY, { loop: true });
  expect((await listen(looping.url)).said).toEqual(['text one', 'binary two']);
  expect((await listen(looping.url)).said.slice(0, 4)).toEqual([
    'text three',
    'text four',
    'text one',
    'binary two',
  ]);
});

test('pages of other sites may not read along', async () => {
  const server = await serve(DAY);
  expect(await listen(server.url, 'https://example.com')).toMatchObject({ said: [], code: 1006 });
  expect((await listen(server.url, 'http://localhost:8888')).said).toEqual(['text one', 'binary two']);
});

test('many large messages wait for whoever takes them, and none is lost', async () => {
  const large = Array.from({ length: 300 }, (_, i) => at('text', i, `${i} ${'x'.repeat(100_000)}`));
  const server = await serve(large);
  const { said } = await listen(server.url);
  expect(said.map(text => Number(text.split(' ')[1]))).toEqual(large.map((_, i) => i));
});

/** Runs a command line in this process. */
async function run(
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const lines = { out: [] as string[], err: [] as string[] };
  const code = await runCommand(args, {
    world: realWorld(folder),
    print: line => lines.out.push(line),
    note: line => lines.err.push(line),
    signal: new AbortController().signal,
  });
  return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
}

test('the command line: help, exit codes, and errors in one line', async () => {
  const help = await run('--help');
  expect(help).toMatchObject({ code: 0, err: '' });
  for (const name of ['serve', 'record', 'import', 'inspect']) {
    expect(help.out).toContain(name);
    expect((await run(name, '--help')).out).toContain(`millrace ${name}`);
  }
  for (const args of [
    [],
    ['nothing'],
    ['serve'],
    ['serve', 'a', 'b'],
    ['serve', 'a', '--port', '70000'],
    ['serve', 'a', '--speed', '0'],
    ['serve', 'a', '--from', 'never'],
    ['serve', 'a', '--what'],
    ['record', 'ws://127.0.0.1:1', 'x', '--for', 'long'],
    ['record', 'ws://127.0.0.1:1', 'x', '--max', 'much'],
    ['record', 'ws://127.0.0.1:1', 'x', '--subscribe', '{'],
  ]) {
    const { code, err } = await run(...args);
    expect(code, args.join(' ')).toBe(2);
    expect(err.split('\n').length).toBe(1);
  }
  expect(await run('serve', 'missing.mrec')).toMatchObject({
    code: 1,
    err: expect.stringContaining('MR3201') as string,
  });
  expect(await run('record', 'http://127.0.0.1', 'x.mrec')).toMatchObject({
    code: 1,
    err: expect.stringContaining('MR3501') as string,
  });
  writeFileSync(join(folder, 'x.txt'), 'no\u0007 times here\n');
  expect((await run('import', 'x.txt', 'x.mrec')).err).toContain(
    "MR3810 'x.txt' is of no raw format that can be imported: its first line is 'no· times here'.",
  );
});

test('lines of other programs are imported as they are', async () => {
  writeFileSync(
    join(folder, 'a.txt'),
    [
      'wss://feed.example.org/ws?token=abc <-> 1618677816.8434298',
      'wss://feed.example.org/ws?token=abc <- 1618677817.020616: {"type":"subscribe"}',
      '1618677817.061845: {"a":"é"}\r',
      'and half of a message',
      '1618677818: {"b":1}',
    ].join('\n'),
  );
  const { code, out, err } = await run(
    'import',
    'a.txt',
    'a.mrec',
    '--decode',
    '{"decode":"json","of":"tests"}',
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^a\.mrec: 2 messages, \d+ B, hash [0-9a-f]{64}$/);
  expect(err.split('\n')).toEqual([
    '1 messages that were sent are not in it: recordings keep what arrived',
    '1 lines are none of the format and are not in it',
  ]);
  const { arrivals, file } = await readRecording(readFileSync(join(folder, 'a.mrec')));
  expect(arrivals).toEqual([
    { kind: 'opened', atUs: 1_618_677_816_843_429, text: 'wss://feed.example.org/ws?token=removed' },
    { kind: 'text', atUs: 1_618_677_817_061_845, text: '{"a":"é"}' },
    { kind: 'text', atUs: 1_618_677_818_000_000, text: '{"b":1}' },
  ]);
  expect(file.header).toMatchObject({ name: 'a', options: { decode: 'json', of: 'tests' } });
  writeFileSync(join(folder, 'b.txt'), '1723161254024619568 {"x":1}\n1723161254036052868 {"x":2}\n');
  await run('import', 'b.txt', 'b.mrec');
  const imported = await readRecording(readFileSync(join(folder, 'b.mrec')));
  expect(imported.arrivals).toEqual([
    { kind: 'text', atUs: 1_723_161_254_024_619, text: '{"x":1}' },
    { kind: 'text', atUs: 1_723_161_254_036_052, text: '{"x":2}' },
  ]);
  expect((await run('inspect', 'b.mrec')).out).toContain('2 messages of 0 connections in 1 chunks');
});

test('what a socket delivers is recorded until Ctrl-C, with nothing lost', async () => {
  const exchange = await FakeExchange.start();
  cleanUp.push(() => exchange.stop());
  const main = join(ROOT, 'engine', 'dist', 'node', 'cli', 'main.js');
  const url = `${exchange.url}/?apiKey=canary`;
  const child = spawn(
    process.execPath,
    [main, 'record', url, 'live.mrec', '--subscribe', '{"op":"subscribe"}', '--decode', 'json'],
    { cwd: folder },
  );
  const out: Buffer[] = [];
  child.stdout.on('data', data => out.push(data as Buffer));
  child.stderr.on('data', data => out.push(data as Buffer));
  while (exchange.said.length === 0) await new Promise(resolve => setTimeout(resolve, 10));
  expect(exchange.said).toEqual([{ op: 'subscribe' }]);
  for (let i = 0; i < 1000; i++) exchange.send(`{"id":${i}}`);
  await new Promise(resolve => setTimeout(resolve, 300));
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number];
  const said = Buffer.concat(out).toString();
  expect(code, said).toBe(0);
  expect(said).toMatch(/live\.mrec: 1000 messages, .* hash [0-9a-f]{64}/);
  const bytes = readFileSync(join(folder, 'live.mrec'));
  const { arrivals, reader, file } = await readRecording(bytes);
  expect(reader.isUnfinished).toBe(false);
  expect(arrivals.slice(1).map(({ text }) => text)).toEqual(
    Array.from({ length: 1000 }, (_, i) => `{"id":${i}}`),
  );
  expect(file.header.options).toEqual({ decode: 'json' });
  expect(`${said}${JSON.stringify(arrivals)}${JSON.stringify(file.header)}`).not.toContain('canary');
});

test('a recording from the command line ends by time and by size', async () => {
  const exchange = await FakeExchange.start();
  cleanUp.push(() => exchange.stop());
  const timed = await run('record', exchange.url, 'timed.mrec', '--for', '200ms');
  expect(timed.out).toContain('timed.mrec: 0 messages');
  const sized = run('record', exchange.url, 'sized.mrec', '--max', '2kB');
  while (exchange.connects.length < 2) await new Promise(resolve => setTimeout(resolve, 10));
  for (let i = 0; i < 1000; i++)
    exchange.send(JSON.stringify({ i, random: Math.random().toString(36).repeat(2) }));
  expect((await sized).out).toMatch(/sized\.mrec: 1000 messages/);
});
