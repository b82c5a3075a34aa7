import { CLOCK_MIME, LAYOUT_MIME, VIEW_MIME } from '@millrace/protocol';
import { FLOAT64, STRING, type Field } from '../../../engine/src/columns/types.js';
import { columnOf } from '../../../engine/src/columns/values.js';
import { encodeArrow } from '../../../engine/src/codecs/arrow.js';
import { describe, expect, test } from 'vitest';
import { compareOutputs } from './compareOutputs.js';
import type { NotebookOutput } from './notebook.js';

const plain = (text: string, more: object = {}): NotebookOutput => ({
  output_type: 'execute_result',
  data: { 'text/plain': text, ...more },
});
const compare = (saved: readonly NotebookOutput[], now: readonly NotebookOutput[], prints = false) =>
  compareOutputs(saved, now, { prints, pins: false });

const FIELDS: readonly Field[] = [
  { name: 'symbol', type: STRING, nullable: false },
  { name: 'price', type: FLOAT64, nullable: true },
];
type Row = readonly [string, number | null];

function view(
  rows: readonly Row[],
  status: object = {},
  key: readonly string[] = ['symbol'],
): NotebookOutput {
  const columns = FIELDS.map(({ type }, at) =>
    columnOf(
      type,
      rows.map(row => row[at]!),
    ),
  );
  const arrow = Buffer.from(encodeArrow(FIELDS, columns, rows.length)).toString('base64');
  const named = FIELDS.map(({ name, type, nullable }) => ({ name, type: type.kind, nullable }));
  const snapshot = {
    arrow,
    status: { state: 'ended', total: rows.length, rejected: 0, error: null, ...status },
  };
  return {
    output_type: 'display_data',
    data: {
      [VIEW_MIME]: { v: 1, viewId: Math.random(), columns: named, key, snapshot },
      'text/plain': String(Math.random()),
    },
  };
}

describe('texts', () => {
  test('that tell of the moment are the same whatever it was', () => {
    const pairs = [
      [
        "ndjson 'a.ndjson' · 10 rows · 1,234.5 rows/s · 12.1 MB",
        "ndjson 'a.ndjson' · 10 rows · 99 rows/s · 3 kB",
      ],
      ['read in 1.25 s, 3 ms waiting', 'read in 12 s, 0.25 ms waiting'],
      ['{ rows: 10, stateBytes: 1024, ms: 1.5e-3 }', '{ rows: 10, stateBytes: 2048, ms: 12 }'],
      ['at ws://127.0.0.1:4711/x', 'at ws://127.0.0.1:65000/x'],
      ['<view 0b6ff1a2-0000-4000-8000-000000000001>', '<view 99999999-0000-4000-8000-00000000000a>'],
      ['a    b\n10   2', 'a  b\n10  2'],
    ];
    for (const [one, other] of pairs) expect(compare([plain(one!)], [plain(other!)]).differences).toEqual([]);
  });

  test('with other values differ, and the lines are shown', () => {
    expect(compare([plain('{ rows: 10, bytes: 1 }')], [plain('{ rows: 11, bytes: 2 }')]).differences).toEqual(
      [
        {
          name: 'output',
          rows: null,
          text: 'it is another text\n  saved    { rows: 10, bytes: <number> }\n  now      { rows: 11, bytes: <number> }',
        },
      ],
    );
    const html = { 'text/html': '<table><tr><td>1</td></tr></table>' };
    const table = (value: string): NotebookOutput =>
      plain(`name   took\nfirst  1 ms\nother  ${value}\nlast   9 ms`, html);
    // What looks like a time that was taken is a value where it stands in a row.
    expect(compare([table('2 ms')], [table('3 ms')]).differences[0]!.text.split('\n')).toEqual([
      'it is another text',
      '           name  took',
      '  saved    other  2 ms',
      '  now      other  3 ms',
    ]);
  });

  test('may be lists of lines, and pictures and prints are not compared', () => {
    const lines = { output_type: 'execute_result', data: { 'text/plain': ['a\n', 'b'], 'image/png': 'x' } };
    const print = { output_type: 'stream', name: 'stdout', text: 'port 1' };
    const other = { ...print, text: ['port 2\n'] };
    const found = compare([print, lines], [plain('a\nb', { 'image/png': 'y' }), other]);
    expect(found).toEqual({ compared: 1, differences: [], notes: [] });
    expect(compare([print], [other], true).differences).toHaveLength(1);
    expect(compare([print], [], true).differences).toEqual([
      { name: 'outputs', text: '1 output was saved, 0 are there now', rows: null },
    ]);
  });
});

describe('views', () => {
  const rows: readonly Row[] = [
    ['a', 0.3],
    ['b', null],
  ];

  test('are the same if their rows are, to 12 digits, in whatever order', () => {
    const other: readonly Row[] = [
      ['b', null],
      ['a', 0.1 + 0.2],
    ];
    expect(compare([view(rows)], [view(other)])).toEqual({ compared: 1, differences: [], notes: [] });
  });

  test('tell the rows that differ', () => {
    const [found] = compare([view(rows)], [view([['a', 0.4], ['c', 1]])]).differences; // prettier-ignore
    expect(found!.rows).toMatchObject({
      counts: { changed: 1, missing: 1, extra: 1 },
      rows: { pinned: 2, now: 2 },
    });
    expect(found!.text.split('\n').map(line => line.trim().split(/ {2,}/))).toEqual([
      ['3 rows differ (1 changed, 1 missing, 1 extra): 2 rows were saved, 2 are there now'],
      ['symbol', 'price', 'differs in'],
      ['saved', 'a', '0.3', 'price'],
      ['now', 'a', '0.4'],
      ['missing', 'b', 'NULL'],
      ['extra', 'c', '1'],
    ]);
  });

  test('of which only the newest rows were saved are compared by those that both have', () => {
    const large = { total: 1000 };
    expect(compare([view([['a', 1], ['b', 2]], large)], [view([['b', 2], ['c', 3]], large)]).differences).toEqual([]); // prettier-ignore
    const [changed] = compare([view([['a', 1], ['b', 2]], large)], [view([['b', 5], ['c', 3]], large)]).differences; // prettier-ignore
    expect(changed!.rows).toMatchObject({
      counts: { changed: 1, missing: 0, extra: 0 },
      rows: { pinned: 1000 },
    });
    const [fewer] = compare([view(rows, large)], [view(rows, { total: 999 })]).differences;
    expect(fewer!.text).toBe('other rows: 1,000 rows were saved, 999 are there now');
  });

  test('that were saved before their end are not compared, and those that fail are told', () => {
    for (const state of ['live', 'replaying', 'paused']) {
      const found = compare([view(rows, { state })], [view([['z', 1]])]);
      expect(found.differences).toEqual([]);
      expect(found.notes).toEqual([`output: it was saved while it was ${state}, before its end`]);
    }
    const failed = view([], { state: 'failed', error: 'MR1234 no' });
    expect(compare([view(rows)], [failed]).differences[0]!.text).toBe(
      'it has rows, and now it fails: MR1234 no',
    );
    expect(compare([failed], [failed]).differences).toEqual([]);
    expect(compare([view(rows)], [view(rows, { rejected: 2 })]).differences[0]!.text).toContain('and 2 now');
  });

  test('that cannot be read are told', () => {
    for (const broken of [
      null,
      3,
      {},
      { snapshot: {} },
      { snapshot: { arrow: 'xx', status: {} }, columns: [{}], key: [] },
    ]) {
      const saved = { output_type: 'display_data', data: { [VIEW_MIME]: broken, 'text/plain': '' } };
      expect(compare([saved], [view(rows)]).differences[0]!.text).toBe('the saved table cannot be read');
    }
  });
});

describe('layouts and charts of several tables', () => {
  const layout = (direction: string, ...children: readonly NotebookOutput[]): NotebookOutput => ({
    output_type: 'display_data',
    data: {
      [LAYOUT_MIME]: { v: 1, direction, children: children.map(({ data }) => ({ data, metadata: {} })) },
      'text/plain': String(Math.random()),
    },
  });
  /** Of several tables: the rows of each. */
  const chart = (...tables: readonly (readonly Row[])[]): NotebookOutput => {
    const [first, ...parts] = tables.map(rows => (view(rows).data as Record<string, object>)[VIEW_MIME]);
    return { output_type: 'display_data', data: { [VIEW_MIME]: { ...first, parts }, 'text/plain': '' } };
  };

  test('are compared by what is in them, however deep', () => {
    const made = (price: number) =>
      layout('row', view([['a', 1]]), layout('column', plain('5'), view([['b', price]])));
    expect(compare([made(2)], [made(2)])).toEqual({ compared: 3, differences: [], notes: [] });
    const { differences } = compare([made(2)], [made(3)]);
    expect(differences).toMatchObject([{ name: 'output 3' }]);
    expect(differences[0].text).toMatch(/b/);
  });

  test('tell of views that are there or not, and leave bars out', () => {
    const bar: NotebookOutput = {
      output_type: 'display_data',
      data: { [CLOCK_MIME]: {}, 'text/plain': 'x' },
    };
    expect(
      compare([layout('row', view([['a', 1]]), bar)], [layout('row', view([['a', 1]]))]).differences,
    ).toEqual([]);
    expect(
      compare([layout('row', view([['a', 1]]))], [layout('row', view([['a', 1]]), plain('5'))]).differences,
    ).toMatchObject([{ name: 'outputs' }]);
  });

  test('each table counts', () => {
    expect(compare([chart([['a', 1]], [['b', 2]])], [chart([['a', 1]], [['b', 2]])]).differences).toEqual([]);
    expect(
      compare([chart([['a', 1]], [['b', 2]])], [chart([['a', 1]], [['b', 3]])]).differences[0].text,
    ).toMatch(/^table 2: /);
    expect(compare([chart([['a', 1]], [['b', 2]])], [chart([['a', 1]])]).differences[0].text).toBe(
      'it was drawn of 2 tables, and is of 1 now',
    );
  });

  test('that are none are compared by their texts', () => {
    const none: NotebookOutput = {
      output_type: 'display_data',
      data: { [LAYOUT_MIME]: { children: [null] }, 'text/plain': 'x' },
    };
    expect(compare([none], [none])).toEqual({ compared: 1, differences: [], notes: [] });
  });
});
