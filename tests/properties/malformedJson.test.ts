import { expect, test } from 'vitest';
import { FLOAT64, INT64, JSON_TYPE, STRING } from '../../engine/src/columns/types.js';
import type { Value } from '../../engine/src/columns/values.js';
import { arrivalFormat } from '../../engine/src/sources/arrivalFormats.js';
import { ArrivalRows } from '../../engine/src/sources/arrivalRows.js';
import { newCounters } from '../../engine/src/sources/counters.js';
import { seededRandom } from '../../engine/src/sources/random.js';
import { batchRows, fieldOf } from '../support/sourceRows.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 5);
/** A million in `npm run test:long`. */
const MESSAGES = Number(process.env.MILLRACE_RUNS ?? 200) * 200;
const FIELDS = [
  fieldOf('id', INT64, false),
  fieldOf('symbol', STRING, false),
  fieldOf('price', FLOAT64),
  fieldOf('more', JSON_TYPE),
];
const encoder = new TextEncoder();
const HOSTILE = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\n',
  '\0',
  '\ud800',
  '1e999',
  '-',
  '.',
  'null',
  'nul',
  '\\u12',
  ' ',
  '\t',
  'é',
  '9',
];

/** A message as feeds send them, and then with a few bytes changed, cut, repeated or put in. */
function mutated(random: () => number): Uint8Array {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const row = () => ({
    id: Math.floor(random() * 1e6),
    symbol: pick(['AAPL', '__proto__', 'constructor', '', 'é"\\']),
    price: pick([1.5, -0, 1e300, null, 12]),
    more: pick([null, { a: [1, { b: [] }] }, [[[[]]]], 'text', 7]),
  });
  const message = random() < 0.7 ? row() : Array.from({ length: Math.floor(random() * 4) }, row);
  let text = JSON.stringify(message, null, random() < 0.2 ? 1 : 0);
  for (let edits = Math.floor(random() * 4); edits > 0; edits--) {
    const at = Math.floor(random() * (text.length + 1));
    const to = Math.min(text.length, at + Math.floor(random() ** 3 * 20));
    const kind = random();
    if (kind < 0.4) text = text.slice(0, at) + text.slice(to);
    else if (kind < 0.8) text = text.slice(0, at) + pick(HOSTILE) + text.slice(at + (random() < 0.5 ? 1 : 0));
    else text = text.slice(0, at) + text.slice(at, to).repeat(2) + text.slice(to);
  }
  const bytes = encoder.encode(text);
  if (random() < 0.1 && bytes.length > 0)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}

function hasControls(text: string): boolean {
  return [...text].some(character => character < ' ');
}

/** Whether nothing is wrong but that numbers are written as `.5`, `5.` or `05`, which are read, or what is in a string that may be passed over. */
function isLenient(text: string): boolean {
  const token = /"(?:[^"\\]|\\.)*"|-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi;
  try {
    JSON.parse(text.replace(token, each => (!each.startsWith('"') ? '0' : hasControls(each) ? each : '"s"')));
    return true;
  } catch {
    return false;
  }
}

/** The rows that a message surely gives, read by the language's own reader; null where it surely gives none. */
function certain(bytes: Uint8Array): Value[][] | null | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return isLenient(text) ? undefined : null;
  }
  const rows = Array.isArray(value) ? value : [value];
  // Which of two values of one key is wrong is not said here.
  const keys = [/"id"/g, /"symbol"/g, /"price"/g];
  if (keys.some(key => (text.match(key) ?? []).length > rows.length)) return undefined;
  const simple = rows.every(row => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
    const { id, symbol, price } = row as Record<string, unknown>;
    return (
      Number.isSafeInteger(id) && typeof symbol === 'string' && (price === null || Number.isFinite(price))
    );
  });
  // Values of other types may be read (a number in quotes is a number) or not.
  if (!simple) return undefined;
  return rows.map(row => {
    const { id, symbol, price } = row as { id: number; symbol: string; price: number | null };
    return [BigInt(id), symbol, price];
  });
}

test(`${MESSAGES} messages that were tampered with: each gives its rows or a reject, and none stops the feed`, () => {
  const random = seededRandom(SEED);
  const counters = newCounters();
  const rows = new ArrivalRows({
    format: arrivalFormat({}),
    options: {},
    columns: { decoded: FIELDS, fields: FIELDS },
    time: null,
    boundUs: 0,
    counters,
    ask: () => undefined,
  });
  let bad = 0;
  let good = 0;
  for (let i = 0; i < MESSAGES; i++) {
    const bytes = mutated(random);
    const rejected = counters.rejected;
    rows.begin(8192);
    rows.add({ kind: 'message', atUs: 0, bytes });
    const got = batchRows(rows.batch()).map(([id, symbol, price]) => [id, symbol, price]);
    const expected = certain(bytes);
    const shown = `message ${i}: ${JSON.stringify(new TextDecoder().decode(bytes))}`;
    if (expected === null) {
      bad++;
      if (counters.rejected === rejected) throw new Error(`no reject for ${shown}`);
    } else if (expected !== undefined) {
      good++;
      if (JSON.stringify(got.map(String)) !== JSON.stringify(expected.map(String)))
        throw new Error(`${String(got)} of ${shown}`);
      if (counters.rejected !== rejected)
        throw new Error(`a reject for ${shown}: ${counters.rejects.at(-1)?.reason}`);
    }
  }
  expect(counters.rejects.length).toBeLessThanOrEqual(1000);
  expect(bad).toBeGreaterThan(MESSAGES / 10);
  expect(good).toBeGreaterThan(MESSAGES / 10);
});
