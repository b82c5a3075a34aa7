// Prints a hash, and the number, of all that could depend on the time zone of the machine: every function over times, days and texts of them, windows,
// and times that are found in files: `zonedResults.mjs FOLDER`.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { bind } from '../../engine/dist/functions/bind.js';
import { compileColumn } from '../../engine/dist/codegen/column.js';
import { columnOf, valueAt } from '../../engine/dist/columns/values.js';
import { SCALAR_FUNCTIONS } from '../../engine/dist/functions/scalar/registry.js';
import { count, cumulate, hop, read, session, tumble } from '../../engine/dist/node/index.js';

const folder = process.argv[2];
/** The offset from UTC as Java's patterns have it. */
const OFFSET = 'X'.repeat(3);
const results = [];
const seconds = [
  '2024-03-10T06:59:59Z',
  '2024-03-10T07:30:00Z',
  '2024-03-31T00:59:59Z',
  '2024-03-31T01:30:00Z',
];
seconds.push(
  '2024-10-27T00:30:00Z',
  '2024-10-27T01:30:00Z',
  '2024-11-03T05:30:00Z',
  '1969-12-31T23:59:59Z',
  '1901-01-01T00:00:00Z',
);
const times = seconds.map(text => BigInt(Date.parse(text)));
const texts = [
  '2024-03-31T02:30:00',
  '2024-03-31 02:30',
  '2024-10-27',
  '02:30:00',
  '31.03.2024 02:30',
  'Mar 31 2024',
];

const columns = [
  ['ms', { kind: 'timestamp', unit: 'ms' }, times],
  ['us', { kind: 'timestamp', unit: 'us' }, times.map(time => time * 1000n + 7n)],
  ['ns', { kind: 'timestamp', unit: 'ns' }, times.map(time => time * 1_000_000n + 7n)],
  ['day', { kind: 'date' }, times.map(time => Number(time / 86_400_000n))],
  ['gap', { kind: 'duration', unit: 'ms' }, times.map((_, k) => BigInt(3_600_000 * k))],
  ['text', { kind: 'string' }, times.map((_, k) => texts[k % texts.length])],
  ['n', { kind: 'int64' }, times.map((_, k) => BigInt(k))],
];
const schema = { fields: columns.map(([name, type]) => ({ name, type, nullable: false })) };
const batch = { columns: columns.map(([, type, values]) => columnOf(type, values)), length: times.length };
const literal = value => ({ kind: 'literal', type: { kind: 'string' }, value });
const WORDS = [
  'America/New_York',
  'UTC',
  '1 d',
  '1 week',
  '1 h',
  '1 month',
  'day',
  'hour',
  'week',
  'month',
  'date',
  'timestamp(us)',
  'string',
];
WORDS.push("yyyy-MM-dd'T'HH:mm:ss", 'yyyy-MM-dd HH:mm', `EEE, d MMM yyyy h a ${OFFSET}`, 'dd.MM.yyyy HH:mm');
const args = [...columns.map(([name]) => ({ kind: 'column', name })), ...WORDS.map(literal)];

function evaluate(fn, list) {
  let bound;
  try {
    bound = bind({ kind: 'call', fn, args: list }, schema);
  } catch {
    return;
  }
  let values;
  try {
    const column = compileColumn(bound, schema).run(batch);
    values = times.map((_, row) => String(valueAt(column, row)));
  } catch (error) {
    values = [error.code ?? String(error)];
  }
  results.push(`${fn} ${JSON.stringify(list)} ${JSON.stringify(bound.type)} ${values.join()}`);
}

for (const fn of SCALAR_FUNCTIONS.keys()) {
  for (const first of args.slice(0, columns.length)) {
    evaluate(fn, [first]);
    for (const second of args) {
      evaluate(fn, [first, second]);
      if (second.kind === 'literal')
        for (const third of WORDS.slice(0, 2)) evaluate(fn, [first, second, literal(third)]);
    }
  }
}
const functions = results.length;

process.chdir(folder);
const lines = Array.from({ length: 400 }, (_, k) => {
  const at = new Date(Date.UTC(2024, 2, 1) + k * 5.7 * 3_600_000);
  return `${at.toISOString().slice(0, k % 2 === 0 ? 19 : 24)},${at.toISOString().slice(0, 10)},${k}`;
});
writeFileSync('times.csv', `ts,day,n\n${lines.join('\n')}\n`);
const trades = () => read('times.csv', { time: 'ts' }).replay({ time: 'ts' });
const windows = [
  tumble('1 d'),
  tumble('1 h'),
  hop({ size: '1 d', slide: '6 h' }),
  session({ gap: '5 h' }),
  cumulate({ size: '1 d', step: '6 h' }),
];
for (const timeZone of ['UTC', 'Europe/Berlin', 'America/New_York']) {
  windows.push(tumble('1 d', { timeZone }), tumble('1 week', { timeZone }), tumble('1 month', { timeZone }));
}
for (const window of windows) {
  const rows = await trades()
    .window(window)
    .groupBy()
    .aggregate(() => ({ n: count() }))
    .rows();
  results.push(...rows.map(row => Object.values(row).map(String).join(' ')));
}
const rows = await read('times.csv')
  .derive(t => ({
    hour: t.ts.hour(),
    berlin: t.ts.inZone('Europe/Berlin').format(`yyyy-MM-dd HH:mm ${OFFSET}`),
    text: t.ts.format('EEE d MMM yyyy h:mm a'),
    start: t.ts.truncate('1 week'),
  }))
  .rows();
results.push(
  String(await read('times.csv').schema),
  ...rows.map(row => Object.values(row).map(String).join(' ')),
);

const hash = createHash('sha256').update(results.join('\n')).digest('hex');
process.stdout.write(
  `${JSON.stringify({ hash, functions, all: results.length, offset: new Date(2024, 6, 1).getTimezoneOffset() })}\n`,
);
process.exit(0);
