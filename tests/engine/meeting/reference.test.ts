import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import ts from 'typescript';
import { WebSocketServer } from 'ws';
import * as millrace from '../../../engine/src/index.js';
import { createNodeHost } from '../../../engine/src/node/host.js';
import { setDefaultLink } from '../../../engine/src/session/client.js';
import { ROOT } from '../../support/checkout.js';

const { clock } = millrace;

/** Runs the cells of the page, and gives what they declare. */
async function cells(folder: string, page: string, replaced: Readonly<Record<string, string>>) {
  let [, text] = /```ts\n([^]*?)```/.exec(page) ?? ['', ''];
  for (const [from, to] of Object.entries(replaced)) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const names = [...text.matchAll(/^const (\w+) =/gm)].map(([, name]) => name);
  const body = text.replace(/^import (\{[^}]*\}) from 'millrace';/, 'const $1 = millrace;');
  const module = `export default millrace => {\n${body}\nreturn { ${names.join(', ')} };\n};`;
  const { outputText } = ts.transpileModule(module, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  const file = join(folder, 'cells.mjs');
  writeFileSync(file, outputText);
  const made = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    readonly default: (given: typeof millrace) => Record<string, millrace.Stream<object>>;
  };
  return made.default(millrace);
}

test('the example of the page runs: history is there at once, live rows follow, and a gap is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-page-'));
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const host = createNodeHost({ directory: folder, threads: 0 });
  setDefaultLink(host.link());
  try {
    const rows = Array.from({ length: 500 }, (_, k) => ({
      ts: 1_700_000_040_000 + k * 1000,
      symbol: 'AB'[k % 2],
      price: 1.5,
      size: 1,
      tradeId: Math.floor(k / 2),
    }));
    const lines = (part: readonly object[]): string => part.map(row => JSON.stringify(row)).join('\n');
    writeFileSync(join(folder, 'trades.ndjson'), lines(rows.slice(0, 300)));
    server.on('connection', client =>
      client.send(JSON.stringify([...rows.slice(250, 400), ...rows.slice(402)])),
    );
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const page = readFileSync(join(ROOT, 'docs/reference/history.md'), 'utf8');
    const { trades, bars, losses } = await cells(folder, page, { 'wss://feed.example.com': url });
    await clock.start({ speed: 1 });
    for (const { plan } of [trades, bars, losses])
      await host.link().request({ type: 'open', plan, owner: 'page' });
    while ((await trades.count()) < 498 || (await losses.count()) < 2)
      await new Promise(done => setTimeout(done, 10));
    expect((await trades.rows()).map(row => (row as (typeof rows)[0]).tradeId)).toEqual(
      [...rows.slice(0, 400), ...rows.slice(402)].map(({ tradeId }) => tradeId),
    );
    expect(await losses.rows()).toMatchObject([
      { key: 'A', expected: 200, got: 201, missing: 1 },
      { key: 'B', expected: 200, got: 201, missing: 1 },
    ]);
    expect((await bars.rows()).length).toBe(18);
  } finally {
    setDefaultLink(null);
    await host.close();
    for (const client of server.clients) client.terminate();
    await new Promise(resolve => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  }
});
