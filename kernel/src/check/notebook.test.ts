import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Header, Message } from '../wire/message.js';
import { readNotebook, savedForm, writeNotebook } from './notebook.js';
import { OutputCollector } from './outputs.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-notebook-'));
  path = join(folder, 'n.ipynb');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a notebook is written back as it was read', async () => {
  const text = `${JSON.stringify(
    {
      metadata: { kernelspec: { language: 'typescript' }, other: { z: 1, a: [] } },
      nbformat: 4,
      cells: [
        { cell_type: 'markdown', source: ['# x'] },
        {
          cell_type: 'code',
          id: 'one',
          source: ['1 +\n', '1'],
          metadata: { tags: ['volatile', 3] },
          outputs: [],
        },
        { cell_type: 'code', source: ' \n', execution_count: 2 },
        { cell_type: 'code', source: '3', execution_count: 2 },
      ],
    },
    null,
    '\t',
  )}\n`;
  writeFileSync(path, text);
  const notebook = await readNotebook(path, 'n.ipynb');
  expect(notebook.cells.map(({ id, code, tags, hasRun }) => ({ id, code, tags, hasRun }))).toEqual([
    { id: 'one', code: '1 +\n1', tags: ['volatile'], hasRun: false },
    { id: 'cell 4', code: '3', tags: [], hasRun: true },
  ]);
  await writeNotebook(notebook);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test.each([
  ['', /MR5111 'n.ipynb' is no notebook: it is no JSON object/],
  ['[]', /MR5111/],
  ['{"nbformat":4}', /MR5111 .* its nbformat is 4/],
  ['{"nbformat":"4","cells":[]}', /MR5111 .* no cells and nbformat/],
  ['{"nbformat":4,"cells":[],"metadata":{"language_info":{"name":"R"}}}', /MR5114 .* notebook of R/],
])('%s is no notebook', async (text, error) => {
  writeFileSync(path, text);
  await expect(readNotebook(path, 'n.ipynb')).rejects.toThrow(error);
});

test('cells that are none of the format are passed over', async () => {
  const cells = [
    null,
    3,
    { cell_type: 'code' },
    { cell_type: 'code', source: [1, 'x'], outputs: [null, {}, 'a'] },
  ];
  writeFileSync(path, JSON.stringify({ nbformat: 4, cells }));
  expect((await readNotebook(path, 'n')).cells.map(({ code, outputs }) => [code, outputs])).toEqual([
    ['x', []],
  ]);
});

test('outputs are kept as a front end keeps them', () => {
  const collector = new OutputCollector();
  const take = (request: string, msg_type: string, content: object): void =>
    collector.take({
      header: { msg_type },
      parent: { msg_id: request } as Header,
      content,
    } as unknown as Message);
  collector.begin('one');
  collector.begin('two');
  const shown = (text: string) => ({
    data: { 'text/plain': text },
    metadata: {},
    transient: { display_id: 'd' },
  });
  take('one', 'stream', { name: 'stdout', text: 'a' });
  take('one', 'stream', { name: 'stdout', text: 'b\nc' });
  take('one', 'display_data', shown('first'));
  take('two', 'display_data', shown('first'));
  take('two', 'update_display_data', shown('last'));
  take('nobody', 'stream', { name: 'stdout', text: 'x' });
  expect(collector.of('one').map(savedForm)).toEqual([
    { output_type: 'stream', name: 'stdout', text: ['ab\n', 'c'] },
    { output_type: 'display_data', data: { 'text/plain': ['last'] }, metadata: {} },
  ]);
  take('one', 'clear_output', { wait: true });
  expect(collector.of('one')).toHaveLength(2);
  take('one', 'execute_result', { execution_count: 1, data: { 'text/plain': '1' }, metadata: {} });
  expect(collector.of('one')).toEqual([
    { output_type: 'execute_result', execution_count: 1, data: { 'text/plain': '1' }, metadata: {} },
  ]);
  take('two', 'clear_output', { wait: false });
  expect(collector.of('two')).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'a notebook behind a link stays there, and as private as it was',
  async () => {
    writeFileSync(path, '{"nbformat":4,"cells":[]}');
    chmodSync(path, 0o600);
    const link = join(folder, 'link.ipynb');
    symlinkSync(path, link);
    await writeNotebook(await readNotebook(link, 'link.ipynb'));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain('\n');
  },
);
