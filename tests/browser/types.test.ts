import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { gridRows } from './support/gridRows.js';
import { ARTIFACTS, Lab } from './support/lab.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.connect();
});
afterEach(context => lab.clear(context));
afterAll(() => lab.close());

/** Ordinary values, values at the ends of their types, and none: of every type. */
const CSV = `ts,flag,small,large,price,amount,gap,day,opened,text,doc
2026-01-05T14:30:00.5Z,true,7,12,100.25,1234.50,1 h 30 min,2026-01-05,2026-01-05T14:30:00.123456789Z,plain,"{""side"":""buy"",""n"":1}"
2026-01-05T14:30:01Z,false,-8,9007199254740993,NaN,-0.05,250 µs,1969-12-31,2026-01-05T14:30:00Z,NULL,"[1,2,[3]]"
2026-01-05T14:30:02Z,,,,,,,,,,
2026-01-05T14:30:03Z,true,2147483647,-9223372036854775808,Infinity,9999999999.99,-1 s,2400-02-29,1999-12-31T23:59:59.999999999Z,NaN,"""text"""
2026-01-05T14:30:04Z,false,-2147483648,9223372036854775807,1e-9,0.00,8 d,2026-12-31,2026-01-05T00:00:00Z,a text that is longer than any column of a grid would ever want to be,null
2026-01-05T14:30:05Z,true,0,0,-0.000125,10.00,0 s,2026-01-01,2026-01-05T14:30:00Z,ünïcödé 😀,"{""long"":""a document that is longer than any column of a grid would ever want to be""}"
`;

const CELLS = [
  `import { boolean, clock, date, decimal, duration, float64, int32, int64, json, replay, schema, string, timestamp } from 'millrace';
const Kinds = schema({
  ts: timestamp('ms'), flag: boolean.nullable(), small: int32.nullable(), large: int64.nullable(), price: float64.nullable(),
  amount: decimal(12, 2).nullable(), gap: duration('us').nullable(), day: date.nullable(), opened: timestamp('ns').nullable(),
  text: string.nullable(), doc: json().nullable(),
});
const kinds = replay('kinds.csv', { name: 'kinds', schema: Kinds, time: 'ts', watermark: '1 s' });`,
  'kinds',
  `await clock.start({ at: '2026-01-05T14:30:00Z', speed: 20 })`,
];

test('a live grid of every type, in light and in dark', async () => {
  lab.put('kinds.csv', CSV);
  const notebook = await lab.open('kinds.ipynb', CELLS);
  for (let cell = 0; cell < CELLS.length; cell++) await notebook.run(cell);
  const view = notebook.view(1);
  await view.reaches('ended');
  mkdirSync(ARTIFACTS, { recursive: true });
  const scroller = view.node.locator('.millrace-Grid-scroller');
  for (const theme of ['Light', 'Dark'] as const) {
    await notebook.theme(`JupyterLab ${theme}`);
    for (const side of ['left', 'right']) {
      await scroller.evaluate((node, side) => node.scrollTo(side === 'left' ? 0 : node.scrollWidth, 0), side);
      await view.node.screenshot({ path: join(ARTIFACTS, `types-${theme.toLowerCase()}-${side}.png`) });
    }
  }
  const rows = await gridRows(view);
  expect(rows.map(({ large, amount, gap }) => [large, amount, gap])).toEqual([
    ['12', '1,234.50', '1 h 30 min'],
    ['9,007,199,254,740,993', '-0.05', '250 µs'],
    ['NULL', 'NULL', 'NULL'],
    ['-9,223,372,036,854,775,808', '9,999,999,999.99', '-1 s'],
    ['9,223,372,036,854,775,807', '0.00', '8 d'],
    ['0', '10.00', '0 s'],
  ]);
  expect(rows.map(({ day, opened }) => [day, opened])).toEqual([
    ['2026-01-05', '2026-01-05T14:30:00.123456789Z'],
    ['1969-12-31', '2026-01-05T14:30:00Z'],
    ['NULL', 'NULL'],
    ['2400-02-29', '1999-12-31T23:59:59.999999999Z'],
    ['2026-12-31', '2026-01-05T00:00:00Z'],
    ['2026-01-01', '2026-01-05T14:30:00Z'],
  ]);
  // NULL and NaN look otherwise than the texts of these letters; numbers, decimals and durations stand on the right.
  const looks = await view.node.evaluate(node =>
    [...node.querySelectorAll('tbody tr:not([hidden])')].map(row =>
      [...row.querySelectorAll('td')].map(cell => `${cell.className} ${cell.dataset['kind'] ?? ''}`),
    ),
  );
  const [, second, third, fourth] = looks;
  expect(second.filter(look => look.includes('nan'))).toHaveLength(1);
  expect(second.filter(look => look.includes('null'))).toHaveLength(0);
  expect(third.filter(look => look.includes('null'))).toHaveLength(10);
  expect(fourth.filter(look => look.includes('nan') || look.includes('null'))).toHaveLength(0);
  expect(third.filter(look => look.includes('right'))).toHaveLength(5);
});
