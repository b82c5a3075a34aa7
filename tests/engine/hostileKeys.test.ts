import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approxCountDistinct,
  count,
  countDistinct,
  int64,
  mode,
  read,
  schema,
  string,
  sum,
  Table,
} from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';

let host: SessionHost;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-keys-'));
  host = createNodeHost({ threads: 0, directory: folder });
  setDefaultLink(host.link());
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

const NAMES = ['__proto__', 'constructor', 'toString', '', 'hasOwnProperty', 'valueOf', '0', '-1', 'length'];

describe('names that mean something to objects', () => {
  const keys = Array.from({ length: 900 }, (_, i) => NAMES[i % NAMES.length]);
  const table = () => Table.of({ k: keys, n: keys.map((_, i) => i) });
  const expected = NAMES.map((k, i) => ({
    k,
    n: 100,
    total: Array.from({ length: 100 }, (_, round) => round * NAMES.length + i).reduce((a, b) => a + b),
  }));

  it('are groups like others', async () => {
    const rows = await table()
      .groupBy('k')
      .aggregate(t => ({ n: count(), total: sum(t.n) }))
      .rows();
    expect([...rows].sort((a, b) => NAMES.indexOf(a.k) - NAMES.indexOf(b.k))).toEqual(expected);
  });

  it('are distinct, meet in joins, are counted, and are keys of mapReduce and of an index', async () => {
    expect((await table().distinct('k').rows()).map(({ k }) => k)).toEqual(NAMES);
    const right = Table.of({ k: NAMES, m: NAMES.map((_, i) => i) });
    const joined = await table().join(right, { by: 'k' }).rows();
    expect(joined.length).toBe(900);
    expect(joined.every(({ k, m }) => NAMES[m as number] === k)).toBe(true);
    const [counted] = await table()
      .groupBy()
      .aggregate(t => ({ exact: countDistinct(t.k), about: approxCountDistinct(t.k), often: mode(t.k) }))
      .rows();
    expect(counted).toEqual({ exact: NAMES.length, about: NAMES.length, often: '' });
    const reduced = await table()
      .mapReduce({
        map: row => [[row.k, 1]],
        combine: 'sum',
        returns: schema({ k: string, n: int64 }),
      })
      .rows();
    expect([...reduced].map(row => (row as { n: number }).n)).toEqual(NAMES.map(() => 100));
  });

  it('are columns like others, in files and in rows', async () => {
    const row = '{"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4}';
    writeFileSync(join(folder, 'names.ndjson'), `${row}\n${row}\n`);
    writeFileSync(
      join(folder, 'names.csv'),
      `__proto__,constructor,toString,hasOwnProperty\n1,2,3,4\n1,2,3,4\n`,
    );
    for (const file of ['names.ndjson', 'names.csv']) {
      const rows = await read(file).rows();
      expect(rows.length).toBe(2);
      for (const each of rows) {
        expect(Object.getPrototypeOf(each)).toBe(Object.prototype);
        expect(Object.entries(each)).toEqual([
          ['__proto__', 1],
          ['constructor', 2],
          ['toString', 3],
          ['hasOwnProperty', 4],
        ]);
      }
    }
    expect(({} as Record<string, unknown>).polluted).toBe(undefined);
  });
});

const COUNT = 40_000;
const many = <Key>(make: (i: number) => Key): Key[] => Array.from({ length: COUNT }, (_, i) => make(i));

/** What an odd number has to be multiplied by to be 1. */
function reciprocal(odd: number): number {
  let found = 1;
  for (let k = 0; k < 6; k++) found = Math.imul(found, 2 - Math.imul(odd, found));
  return found;
}

/** Numbers whose two words, multiplied by two known constants and put together, are one hash. */
function cancelling(): number[] {
  const words = new Int32Array(2);
  const [double] = [new Float64Array(words.buffer)];
  const back = reciprocal(0xc2b2ae35);
  const found: number[] = [];
  for (let k = 1; found.length < COUNT; k++) {
    words[0] = 7 * k;
    words[1] = Math.imul(Math.imul(words[0], 0x85ebca6b) ^ 12_345, back);
    if (Number.isFinite(double[0])) found.push(double[0]);
  }
  return found;
}

/** Whole numbers that V8's own hash of 64 bits takes to one place of a map. */
function oneBucket(): bigint[] {
  const mask = 2n ** 64n - 1n;
  const unshifted = (value: bigint, by: bigint): bigint => {
    let found = value;
    for (let k = 0; k < 8; k++) found = value ^ (found >> by);
    return found;
  };
  const inverse = (odd: bigint): bigint => {
    let found = 1n;
    for (let k = 0; k < 7; k++) found = (found * (2n - odd * found)) & mask;
    return found & mask;
  };
  const [by65, by21, by18] = [inverse(65n), inverse(21n), inverse(2n ** 18n - 1n)];
  const found: bigint[] = [];
  for (let k = 0n; found.length < COUNT; k++) {
    let value = (unshifted((k << 32n) | 77n, 22n) * by65) & mask;
    value = (unshifted(value, 11n) * by21) & mask;
    value = ((unshifted(value, 31n) + 1n) * by18) & mask;
    const signed = BigInt.asIntN(64, value);
    if (signed > 2n ** 53n) found.push(signed);
  }
  return found;
}

/** Pieces of five letters, two at a time, that lead FNV-1a from one state to one. */
const PIECES = '04pfs0lvja 03uzx0a2ad 09vl80apd6 04pvu0b3ea 05rnw0mpba 07rnw0opba'.split(' ');
function sameFnv(): string[] {
  const pieces = Array.from({ length: 16 }, (_, k) => PIECES[Math.min(k, 5)]);
  return many(i => pieces.map((pair, k) => ((i >> k) & 1 ? pair.slice(5) : pair.slice(0, 5))).join(''));
}

const usual = {
  number: () => many(i => Math.imul(i + 1, 0x9e3779b1) / 3),
  bigint: () => many(i => 2n ** 61n + BigInt(Math.imul(i + 1, 0x9e3779b1)) * 1_000_003n),
  string: () => many(i => `${Math.imul(i + 1, 0x9e3779b1)}`.padEnd(80, 'x')),
};

const FAMILIES: Readonly<Record<string, () => readonly (number | bigint | string)[]>> = {
  'steps of 65,536': () => many(i => i * 65_536),
  'steps of 4,294,967,296': () => many(i => i * 2 ** 32),
  'equal low bits of 64': () => many(i => (BigInt(i + 1) << 47n) | 5n),
  'floats of one hash': cancelling,
  'wide numbers of one place': oneBucket,
  'texts of one hash': sameFnv,
  'numbers as texts': () => many(i => String((i * 256) % 2 ** 24) + (i > 65_535 ? 'x' : '')),
};

describe(`${COUNT} keys that were made to meet cost what others do`, () => {
  type Keys = readonly (number | bigint | string)[];
  const OPERATIONS: Readonly<Record<string, (file: string, keys: Keys) => Promise<number>>> = {
    'group by': async file =>
      (
        await read(file)
          .groupBy('k')
          .aggregate(() => ({ n: count() }))
          .rows({ int64: 'bigint' })
      ).length,
    distinct: async file => (await read(file).distinct('k').rows({ int64: 'bigint' })).length,
    'count distinct': async file =>
      Number(
        (
          await read(file)
            .groupBy()
            .aggregate(t => ({ n: countDistinct(t.k as never) }))
            .rows()
        )[0].n,
      ),
    join: async file =>
      await read(file)
        .join(read(file), { by: 'k', how: 'semi' } as never)
        .count(),
  };

  it.each(Object.entries(FAMILIES))('%s', async (name, make) => {
    const keys = make();
    const kind = typeof keys[0] as keyof typeof usual;
    const plain = usual[kind]() as Keys;
    const [hostile, other] = ['hostile', 'usual'].map(each => `${each} ${name}.ndjson`);
    const write = (file: string, values: Keys): void =>
      writeFileSync(
        join(folder, file),
        values.map(key => `{"k":${kind === 'string' ? JSON.stringify(key) : key}}\n`).join(''),
      );
    write(hostile, keys);
    write(other, plain);
    for (const [operation, run] of Object.entries(OPERATIONS)) {
      const timed = async (file: string, values: Keys): Promise<number> => {
        const from = process.cpuUsage();
        const found = await run(file, values);
        const { user, system } = process.cpuUsage(from);
        // As texts: in a set of the language's own these numbers do meet.
        expect(found).toBe(new Set(values.map(value => `n${value}`)).size);
        return (user + system) / 1000;
      };
      // Without a secret they took some hundred times as long.
      const others = Math.max(200, await timed(other, plain));
      expect(await timed(hostile, keys), `${operation} of ${name}`).toBeLessThan(5 * others);
    }
  });
});
