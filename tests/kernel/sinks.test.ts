import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { fileInput } from '../../engine/src/node/fileInput.js';
import { surveyRecording } from '../../engine/src/node/recordings/survey.js';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
let server: WebSocketServer;
let url: string;
let id = 0;
let timer: ReturnType<typeof setInterval>;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  timer = setInterval(() => {
    const message = JSON.stringify({ ts: new Date().toISOString(), id: id++ });
    for (const client of server.clients) client.send(message);
  }, 10);
  kernel = await JupyterClient.start();
  writeFileSync(
    join(kernel.directory, '.env'),
    'PG_URL=postgres://someone:canary-7f3a@127.0.0.1:1/nothing\n',
  );
}, 60_000);
afterAll(async () => {
  clearInterval(timer);
  await kernel.shutdown();
  for (const client of server.clients) client.terminate();
  server.close();
});

const FEED = () => `
import { file, int64, postgres, schema, secret, timestamp, webSocket } from 'millrace';
const feed = webSocket('${url}', { name: 'feed', time: 'ts', schema: schema({ ts: timestamp('us'), id: int64 }) });`;

test('a live write does not hold its cell up, goes on while others run, shows how far it is, and ends with its cell', async () => {
  expect((await kernel.execute(FEED(), {}, { cellId: 'feed' })).error).toBeNull();
  const path = join(kernel.directory, 'live.ndjson');
  const cell = "const write = await feed.writeTo(file.ndjson('live.ndjson'));\nwrite";
  const answer = await kernel.execute(cell, {}, { cellId: 'writing' });
  expect(answer.error).toBeNull();
  const shown = answer.published.find(({ type }) => type === 'display_data');
  expect((shown?.content.data as Record<string, string>)['text/plain']).toMatch(
    /^ndjson 'live\.ndjson' · writing/,
  );
  const displayId = (shown?.content.transient as Record<string, string>).display_id;
  const updated = await kernel.until(
    () =>
      kernel.published.find(
        ({ type, content }) =>
          type === 'update_display_data' &&
          (content.transient as Record<string, string>).display_id === displayId &&
          /[1-9]\d* rows .*rows\/s/.test((content.data as Record<string, string>)['text/plain']),
      ),
    'an update of what the write shows',
    20_000,
  );
  expect(updated).toBeDefined();
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(`${path}.partial`, 'utf8').split('\n').length).toBeGreaterThan(10);
  // Run again as it is, it goes on.
  await kernel.execute(cell, {}, { cellId: 'writing' });
  expect(existsSync(path)).toBe(false);
  // Run again as something else, it ends, and the file appears with each row once.
  await kernel.execute('const write = 1;', {}, { cellId: 'writing' });
  await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(true);
  const ids = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => (JSON.parse(line) as { id: number }).id);
  expect(ids.length).toBeGreaterThan(20);
  expect(ids).toEqual(ids.map((_, at) => ids[0] + at));
});

test('an error of a subscribed function is shown at its cell, and ends it', async () => {
  const answer = await kernel.execute(
    "let calls = 0;\nfeed.subscribe(row => { if (++calls === 3) throw new RangeError('three'); });\nundefined",
    {},
    { cellId: 'subscribing' },
  );
  expect(answer.error).toBeNull();
  const { parentId } = answer.published[0];
  const said = await kernel.until(
    () =>
      kernel.published.find(
        ({ type, content }) => type === 'stream' && String(content.text).includes('RangeError: three'),
      ),
    'the error',
    20_000,
  );
  expect(said.content.name).toBe('stderr');
  expect(said.parentId).toBe(parentId);
  expect((await kernel.execute('calls')).result).toBe('3');
});

test('credentials are in no output, and in no error', async () => {
  const answer = await kernel.execute(
    "const sink = postgres({ url: secret('PG_URL'), table: 't' });\nconsole.log(sink, JSON.stringify(sink), secret('PG_URL'));\nawait feed.writeTo(sink)",
  );
  expect(answer.error?.evalue).toContain('MR3911');
  expect(JSON.stringify(kernel.published)).not.toContain('canary-7f3a');
});

test.each([true, false])(
  'a shutdown (restart: %s) writes the files of live writes and recordings to their end',
  async restart => {
    const own = await JupyterClient.start();
    try {
      const cell =
        "const write = await feed.writeTo(file.ndjson('live.ndjson'));\nawait feed.record('feed.mrec');";
      expect((await own.execute(`${FEED()}\n${cell}`)).error).toBeNull();
      const partial = join(own.directory, 'live.ndjson.partial');
      await expect
        .poll(() => existsSync(partial) && readFileSync(partial, 'utf8').length > 500, { timeout: 10_000 })
        .toBe(true);
      // A cell that loops is no reason to lose what the engine holds.
      own.startCell('for (;;) {}');
      const gone = once(own.process, 'exit');
      await own.ask('shutdown_request', { restart }, { channel: 'control' });
      await gone;
      expect(existsSync(partial)).toBe(false);
      const rows = readFileSync(join(own.directory, 'live.ndjson'), 'utf8').trimEnd().split('\n');
      const ids = rows.map(line => (JSON.parse(line) as { id: number }).id);
      expect(ids.length).toBeGreaterThan(10);
      expect(ids).toEqual(ids.map((_, at) => ids[0] + at));
      // The last chunk and the index are there, although the chunk was not a second old.
      const input = await fileInput(own.directory, 'feed.mrec');
      const survey = await surveyRecording(input);
      await input.close();
      expect(survey).toMatchObject({ damages: [], isUnfinished: false });
      expect(survey.messages).toBeGreaterThan(10);
    } finally {
      own.dispose();
    }
  },
);
