import { describe, expect, it } from 'vitest';
import { seededRandom } from '../sources/random.js';
import { JsonDocument } from './jsonDocument.js';
import { jsonPathText, parseJsonPath } from './jsonPath.js';
import type { JsonPath } from './jsonPath.js';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);
const SEED = Number(process.env.MILLRACE_SEED ?? 1);

const NAMES = ['a', 'b', 'c.d', "e'f", '__proto__', 'constructor', '', 'ü', 'a"b', 'x\\y'];

function generator(seed: number) {
  const random = seededRandom(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const value = (depth: number): unknown => {
    switch (pick(depth > 3 ? 4 : 6)) {
      case 0:
        return pick(1000) - 500;
      case 1:
        return ['', 'text', 'a\nb', '😀"\\', '[}'][pick(5)];
      case 2:
        return [null, true, false][pick(3)];
      case 3:
        return random() * 1e20;
      case 4:
        return Array.from({ length: pick(4) }, () => value(depth + 1));
      default:
        return object(depth + 1);
    }
  };
  // A key `__proto__` has to be a key.
  const object = (depth: number): unknown =>
    Object.fromEntries(Array.from({ length: pick(5) }, () => [NAMES[pick(NAMES.length)], value(depth)]));
  const path = (length: number): JsonPath =>
    Array.from({ length }, () => (pick(4) === 0 ? pick(3) : NAMES[pick(NAMES.length)]));
  return { random, pick, value, object, path };
}

function at(value: unknown, path: JsonPath): unknown {
  let found = value;
  for (const step of path) {
    const fits = typeof step === 'number' ? Array.isArray(found) : !Array.isArray(found);
    if (!fits || typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}

const list = (document: JsonDocument, text: string): unknown => {
  const rejects: string[] = [];
  const bytes = document.list(new TextEncoder().encode(text), 1, (_, reason) => rejects.push(reason));
  return rejects.length > 0
    ? 'rejected'
    : bytes === null
      ? []
      : (JSON.parse(new TextDecoder().decode(bytes)) as unknown);
};

describe('a document of JSON', () => {
  it('gives the rows and columns that ways lead to', () => {
    const { pick, value, object, path } = generator(SEED);
    let rowsFound = 0;
    for (let run = 0; run < RUNS * 5; run++) {
      const rows = Array.from({ length: pick(5) }, () => (pick(6) === 0 ? value(2) : object(1)));
      const rowsPath = path(pick(3)).filter(step => typeof step === 'string');
      let body: unknown = pick(10) === 0 ? rows[0] : rows;
      for (const step of [...rowsPath].reverse())
        body = Object.fromEntries([
          ['first', value(2)],
          [step, body],
          ['last', value(2)],
        ]);
      const fields =
        pick(3) === 0
          ? null
          : Array.from({ length: 3 }, (_, i) => ({ name: `f${i}`, path: path(1 + pick(3)) }));
      const document = new JsonDocument({ rows: rowsPath, fields, key: [], updated: null });
      const text = JSON.stringify(body, null, pick(2) === 0 ? undefined : 2);
      const found = at(body, rowsPath);
      if (found === undefined || (found !== null && typeof found !== 'object')) continue;
      const expected = found === null ? [] : Array.isArray(found) ? (found as unknown[]) : [found];
      rowsFound += expected.length;
      expect(list(document, text)).toEqual(
        fields === null
          ? expected
          : expected.map(row =>
              Object.fromEntries(
                fields
                  .map(field => [field.name, at(row, field.path)])
                  .filter(([, each]) => each !== undefined),
              ),
            ),
      );
    }
    expect(rowsFound).toBeGreaterThan(RUNS);
  });

  it('tells a row again when it, or what says so, has changed', () => {
    for (const updated of [null, ['u']]) {
      const { pick } = generator(SEED + 7);
      const document = new JsonDocument({ rows: [], fields: null, key: [['k'], ['l']], updated });
      const before = new Map<string, string>();
      for (let run = 0; run < RUNS; run++) {
        const rows = Array.from({ length: pick(6) }, () => ({
          k: pick(3),
          l: pick(2) === 0 ? 'x' : null,
          u: pick(2),
          v: pick(3),
        }));
        const expected = rows.filter(row => {
          const key = `${row.k}/${row.l}`;
          const text = updated === null ? JSON.stringify(row) : String(row.u);
          const isNews = before.get(key) !== text;
          before.set(key, text);
          return isNews;
        });
        expect(list(document, JSON.stringify(rows))).toEqual(expected);
      }
    }
  });

  it('that is none is rejected, whatever it is', () => {
    const { pick, value } = generator(SEED + 3);
    for (let run = 0; run < RUNS * 5; run++) {
      const text = JSON.stringify({ r: value(0), s: value(0) });
      const cut = [...text];
      for (let i = 0; i <= pick(3); i++) {
        const place = pick(cut.length);
        if (pick(2) === 0) cut.splice(place, 1);
        else cut[place] = '{}[],:"0x\n\\'[pick(11)];
      }
      const document = new JsonDocument({
        rows: ['r'],
        fields: [{ name: 'f', path: ['a', 0] }],
        key: [['a']],
        updated: null,
      });
      const got = list(document, cut.join(''));
      let parsed: unknown;
      try {
        parsed = JSON.parse(cut.join(''));
      } catch {
        continue;
      }
      // What is read more leniently than the standard is looked at again when values are read.
      expect(got === 'rejected').toBe(at(parsed, ['r']) === undefined);
    }
  });
});

describe('a way into JSON', () => {
  it('is read as it is written', () => {
    expect(parseJsonPath('')).toEqual([]);
    expect(parseJsonPath('a.b[3].c-d')).toEqual(['a', 'b', 3, 'c-d']);
    expect(parseJsonPath(`[0]['a.b']["c'd"]`)).toEqual([0, 'a.b', "c'd"]);
    for (const text of ['.a', 'a..b', 'a[', 'a[x]', 'a]', '[1]b', 'a.', `['a`, 'a.'.repeat(40) + 'a'])
      expect(parseJsonPath(text), text).toBeNull();
    const { path } = generator(SEED + 5);
    for (let run = 0; run < RUNS; run++) {
      const some = path(1 + (run % 5));
      expect(parseJsonPath(jsonPathText(some))).toEqual(some);
    }
  });
});
