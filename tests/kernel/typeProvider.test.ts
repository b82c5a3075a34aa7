import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { JupyterClient } from '../support/jupyterClient.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-types-'));
let kernel: JupyterClient;
let sockets: WebSocketServer;
let web: Server;
let talking = true;
let sending: ReturnType<typeof setInterval>;
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  const rows = Array.from({ length: 20 }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30, i * 10)).toISOString();
    return `${at},${i % 2 === 0 ? 'AAPL' : 'it`s\\n'},${i === 0 ? '' : `${100 + i}.5`}`;
  });
  writeFileSync(join(directory, 'quotes.csv'), `ts,symbol,price\n${rows.join('\n')}\n`);
  mkdirSync(join(directory, 'days'));
  for (const day of ['a', 'b'])
    writeFileSync(join(directory, 'days', `${day}.csv`), `ts,symbol,price\n${rows.join('\n')}\n`);
  writeFileSync(join(directory, 'rows.ndjson'), '{"ts":"2026-01-05T14:30:00Z","price":1}\n');
  writeFileSync(join(directory, 'vwap.ts'), 'export const vwap = 1;\n');
  sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sending = setInterval(() => {
    const message = JSON.stringify({ ts: new Date().toISOString(), id: 7, bid: 1.5 });
    if (talking) for (const client of sockets.clients) client.send(message);
  }, 20);
  web = createServer((_, response) => response.end('[{"id":1,"mag":2.5}]')).listen(0, '127.0.0.1');
  await Promise.all([once(sockets, 'listening'), once(web, 'listening')]);
  kernel = await JupyterClient.start({ directory });
  await kernel.execute(
    "import { count, exchange, file, generator, last, poll, read, replay, tumble, webSocket } from 'millrace';",
  );
}, 90_000);

afterAll(async () => {
  clearInterval(sending);
  await kernel.shutdown();
  for (const client of sockets.clients) client.terminate();
  sockets.close();
  web.close();
  rmSync(directory, { recursive: true, force: true });
});

/** The reply to a request about a text with its cursor at `|`. */
async function ask(type: 'complete_request' | 'inspect_request', marked: string) {
  const cursor = [...marked.slice(0, marked.indexOf('|'))].length;
  const code = marked.replace('|', '');
  return (await kernel.ask(type, { code, cursor_pos: cursor, detail_level: 0 })).content;
}

async function shown(marked: string): Promise<string> {
  const { data } = await ask('inspect_request', marked);
  return String((data as Record<string, unknown>)['text/plain']);
}

/** Columns that become known to completion. */
function columnsOf(marked: string): Promise<string[]> {
  const known = async () => {
    const matches = (await ask('complete_request', marked)).matches as string[];
    return matches.length > 0 ? matches : undefined;
  };
  return kernel.until(known, marked);
}

async function failure(code: string): Promise<string> {
  const { error } = await kernel.execute(code);
  return error === null ? 'none' : `${String(error.ename)} ${String(error.evalue)}`;
}

describe('a file that a cell names', () => {
  test('is known in that cell before it has run', async () => {
    // On a machine that is busy the first look may take longer than a cell waits: it is known to the next request.
    await columnsOf("replay('quotes.csv', { time: 'ts' }).select('|')");
    await columnsOf("read('quotes.csv').select('|')");
    expect(
      await failure("const t = replay('quotes.csv', { time: 'ts' });\nt.where(q => q.pirce.gt(1))"),
    ).toBe("MR4140 There is no column 'pirce'. Did you mean 'price', 'ts' or 'symbol'? Write q.price.");
    const completion = await ask('complete_request', "read('quotes.csv').where(q => q.pr|");
    expect(completion).toMatchObject({ matches: ['price'], cursor_start: 32, cursor_end: 34 });
    expect(completion.metadata).toEqual({
      _jupyter_types_experimental: [{ text: 'price', type: 'property', start: 32, end: 34 }],
    });
    expect(await shown("read('quotes.csv').where(q => q.pri|ce.gt(1))")).toBe(
      "(column) price: float64 | null\n\nmay be NULL.\nFrom 'quotes.csv'.\nFirst values: NULL, 101.5, 102.5, 103.5, 104.5",
    );
    expect((await kernel.execute('typeof t')).error?.ename).toBe('TS2304');
  });

  test('is known by what it is now', async () => {
    const path = join(directory, 'written.csv');
    writeFileSync(path, 'a,b\n1,2\n');
    expect(await columnsOf("read('written.csv').select('|')")).toEqual(['a', 'b']);
    expect(await failure("read('written.csv').where(t => t.c.gt(1))")).toContain("'a' or 'b'");
    writeFileSync(path, 'a,c\n1,2\n');
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect(await failure("await read('written.csv').where(t => t.c.gt(1)).rows()")).toBe('none');
  });

  test('is not waited for where it cannot be read', async () => {
    const start = performance.now();
    expect(await failure("read('nowhere.csv').where(t => t.anything.gt(1)); 1")).toBe('none');
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

/** What writes the files that are read. */
const BEFORE: Readonly<Record<string, string>> = {
  parquet: "await csvRows.writeTo(file.parquet('out.parquet')); 0",
  arrow: "await csvRows.writeTo(file.arrow('out.arrow')); 0",
  recording:
    "const written = await socketRows.record('out.mrec'); await new Promise(done => setTimeout(done, 500)); await written.stop(); 0",
};

describe('sources of every form are known to later cells', () => {
  test.each([
    ['csv', "replay('quotes.csv', { time: 'ts' })", ['price', 'symbol', 'ts']],
    ['several', "replay(['days/a.csv', 'days/b.csv'], { time: 'ts' })", ['price', 'symbol', 'ts']],
    ['pattern', "read('days/*.csv')", ['price', 'symbol', 'ts']],
    ['folder', "read('days')", ['price', 'symbol', 'ts']],
    ['path', "read('quotes' + '.csv')", ['price', 'symbol', 'ts']],
    ['lines', "read('rows.ndjson')", ['price', 'ts']],
    ['parquet', "read('out.parquet')", ['price', 'symbol', 'ts']],
    ['arrow', "read('out.arrow')", ['price', 'symbol', 'ts']],
    ['socket', 'webSocket(SOCKET, { time: "ts" })', ['bid', 'id', 'ts']],
    ['recording', "replay('out.mrec')", ['bid', 'id', 'ts']],
    ['http', 'poll(WEB, { every: "1 h" })', ['id', 'mag']],
    ['market', "generator.market({ symbols: ['A'] })", null],
    ['weather', 'generator.weather()', null],
    ['coinbase', "exchange.coinbase({ channel: 'trades', symbols: ['ETH-USD'] })", null],
    [
      'made',
      "read('quotes.csv', { time: 'ts' }).groupBy('symbol').aggregate(t => ({ top: last(t.price), n: count() }))",
      ['n', 'symbol', 'top'],
    ],
  ])('%s', async (name, source, columns) => {
    const made = source
      .replace('SOCKET', `'ws://127.0.0.1:${portOf(sockets)}'`)
      .replace('WEB', `'http://127.0.0.1:${portOf(web)}/'`);
    expect(await failure(BEFORE[name] ?? '1')).toBe('none');
    expect(await failure(`const ${name}Rows = ${made}; 0`)).toBe('none');
    const matches = await columnsOf(`${name}Rows.select('|')`);
    if (columns !== null) expect(matches).toEqual(columns);
    expect(matches.length).toBeGreaterThan(1);
    expect(await failure(`${name}Rows.where(t => t.zzz.isNull())`)).toMatch(
      /^MR4140 There is no column 'zzz'/,
    );
  });
});

describe('what a cell could not tell', () => {
  test('of a socket is known once something has come', async () => {
    talking = false;
    const url = `ws://127.0.0.1:${portOf(sockets)}/slow`;
    expect(await failure(`const slowRows = webSocket('${url}', { time: 'ts' }); 0`)).toBe('none');
    expect((await ask('complete_request', "slowRows.select('|')")).matches).toEqual([]);
    talking = true;
    expect(await columnsOf("slowRows.select('|')")).toEqual(['bid', 'id', 'ts']);
    expect(await failure('slowRows.where(t => t.bit.gt(1))')).toContain("Did you mean 'bid'");
  });

  test('since it failed is known as far as it came', async () => {
    expect(
      await failure("const begun = read('quotes.csv'); let other = read('days'); throw new Error('no')"),
    ).toContain('no');
    expect(await columnsOf("begun.select('|')")).toEqual(['price', 'symbol', 'ts']);
    await columnsOf("other.select('|')");
    expect(await failure('other = other.where(t => t.prise.gt(1))')).toContain("Did you mean 'price'");
    expect(await failure('const begun = 5; begun.toFixed()')).toBe('none');
    expect(await failure('begun.toFixed(1)')).toBe('none');
  });
});

describe('texts complete', () => {
  test.each([
    ["csvRows.groupBy('sy|')", ['symbol']],
    ["csvRows.line({ x: 't|', y: 'price' })", ['ts']],
    ["csvRows.chart({ mark: 'bar', encoding: { y: { field: 'p|' } } })", ['price']],
    ["csvRows.window(tumble('5 m|'))", ['5 ms', '5 min', '5 months']],
    ["replay('qu|')", ['quotes.csv']],
    ["replay('o|')", ['out.arrow', 'out.mrec', 'out.parquet']],
    ["read('d|')", ['days/']],
    ["import { vwap } from './v|'", ['./vwap.ts']],
    ['%%sql\nSELECT * FROM csvR|', ['csvRows']],
    ['%%sql\nSELECT csvRows.pr|', ['price']],
  ])('%s', async (marked, expected) => {
    expect((await ask('complete_request', marked)).matches).toEqual(expected);
  });
});

test('a column is shown with its type, where it is from, and the last rows that are known', async () => {
  expect(await shown("csvRows.where(t => t.symb|ol.eq('x'))")).toBe(
    "(column) symbol: string\n\nnever NULL.\nFrom csvRows, which reads 'quotes.csv'.\nFirst values: 'AAPL', 'it`s\\\\n', 'AAPL', 'it`s\\\\n', 'AAPL'",
  );
  expect(await shown("csvRows.rolling({ by: 't|s' })")).toContain(
    'in microseconds, never NULL, the event time.',
  );
  expect(await failure('madeRows')).toBe('none');
  expect(await shown('madeRows.where(t => t.to|p.gt(1))')).toMatch(
    /From madeRows, which reads 'quotes\.csv'\./,
  );
});

test('what expressions cannot do, what is dropped and what never closes is said', async () => {
  expect(await failure('csvRows.where(t => t.price > 1)')).toMatch(/^MR1303 .*Write t\.price\.gt\(1\)\./);
  const dropped = await kernel.execute(
    "csvRows.where(t => t.price.gt(1));\nconst noTime = read('quotes.csv').window(tumble('1 min')).groupBy('symbol').aggregate(t => ({ n: count() })); 1",
  );
  expect(dropped.reply.content.status).toBe('ok');
  expect(dropped.stderr).toContain('MR4141');
  expect(dropped.stderr).toContain('display(csvRows.where(t => t.price.gt(1)))');
  expect(dropped.stderr).toContain('MR4142: These rows have no event time');
  expect(dropped.stderr).toContain("Write read('quotes.csv', { time: 'ts' }).");
});
