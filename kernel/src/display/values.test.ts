import { inspect } from 'node:util';
import { tableFromArrays, timestamp, TimeUnit, utf8 } from '@uwdata/flechette';
import { describe, expect, it } from 'vitest';
import { valueBundle } from './values.js';

const html = (value: unknown): string => String(valueBundle(value)['text/html']);
const text = (value: unknown): string => String(valueBundle(value)['text/plain']);
/** The words of a piece of HTML. */
const words = (value: unknown): string =>
  html(value)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

/** Something that must never run. */
const never = (): never => {
  throw new Error('this has been called');
};
const hostileProxy = (target: object): object =>
  new Proxy(target, {
    get: never,
    has: never,
    ownKeys: never,
    getPrototypeOf: never,
    getOwnPropertyDescriptor: never,
  });

describe('objects', () => {
  const deep = { one: { two: { three: { four: { five: { six: { seven: 'end' } } } } } } };

  it('quotes texts of one line, and shows longer ones as they read', () => {
    expect(text('5')).toBe("'5'");
    expect(text('logical plan\n\tsource trades')).toBe('logical plan\n\tsource trades');
    expect(text('one\n\u001b[2Jtwo')).toContain('\\x1B[2J');
  });

  it('fold, as deep and as wide as is shown, with counts of what is left out', () => {
    expect(html(deep)).toMatch(/^<div [^>]*><details open><summary/);
    expect(words(deep)).not.toContain('end');
    expect(words(deep)).toContain('1 property not shown');
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`name${i}`, i]));
    expect(words(wide)).toContain('4,950 more properties');
    expect(text(wide)).toContain('4,950 more properties');
    expect(html(wide).length).toBeLessThan(20_000);
    expect(text(wide).length).toBeLessThan(5_000);
  });

  it('are bounded altogether, however much comes many times', () => {
    let many: unknown = { leaf: true };
    for (let i = 0; i < 40; i++) many = [many, many, many, many];
    expect(html(many).length).toBeLessThan(200_000);
    expect(text(many).length).toBeLessThan(200_000);
    const full = Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => [{ a: { b: 1 } }]));
    expect(html(full).length).toBeLessThan(300_000);
    expect(text(full).length).toBeLessThan(200_000);
  });

  it('that hold themselves or come again are references', () => {
    const shared = { name: 'shared', list: [1, 2, 3] };
    const value: Record<string, unknown> = { first: shared, second: shared, note: 'x'.repeat(80) };
    value.self = value;
    expect(words(value)).toContain('self: [Circular *');
    expect(words(value)).toContain('second: [Shared *');
    expect(words(value)).toMatch(/first: .*&lt;ref \*\d&gt;/);
  });

  it('are looked at without running their code', () => {
    const value = {
      get getter() {
        return never();
      },
      set setter(_: unknown) {
        never();
      },
      proxy: hostileProxy({ a: 1 }),
      under: Object.create(hostileProxy({})) as object,
      text: 'x'.repeat(80),
    };
    expect(words(value)).toContain('getter: [Getter]');
    expect(words(value)).toContain('setter: [Setter]');
    expect(words(value)).toContain('proxy: Proxy ');
    // Newer Nodes say of it that it is a Proxy.
    expect(text(hostileProxy([1, 2]))).toMatch(/^(Proxy\()?\[ 1, 2 \]\)?$/);
    expect(valueBundle([hostileProxy({ a: 1 })])).toHaveProperty(['text/plain']);
  });

  it('whose own text throws say so', () => {
    expect(text({ [inspect.custom]: never })).toBe('[its text cannot be made: Error: this has been called]');
    class Tagged {
      get [Symbol.toStringTag](): string {
        return never();
      }
    }
    expect(text(new Tagged())).toMatch(/its text cannot be made|Tagged/);
  });

  it('have nothing of the data as markup', () => {
    const script = '<script>alert(1)</script>';
    const value = {
      [script]: script,
      map: new Map([[script, new Set([script])]]),
      [Symbol(script)]: 1,
      error: new Error(script),
      fn: Object.defineProperty(() => 1, 'name', { value: script }),
      made: new (class {
        static {
          Object.defineProperty(this, 'name', { value: script });
        }
        x = script;
      })(),
    };
    expect(html(value)).toContain('&lt;script&gt;');
    expect(html(value)).not.toContain('<script>');
    expect(html(Object.assign(new Error(script), { code: script }))).not.toContain('<script>');
  });

  it('of every kind say what they are', () => {
    class Trade {
      readonly #secret = 1;
      price = 1.5;
      read(): number {
        return this.#secret;
      }
    }
    const value = {
      trade: new Trade(),
      map: new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, [2]],
      ]),
      set: new Set([1, 'two']),
      floats: new Float64Array([1.5, -0, NaN]),
      bigs: new BigInt64Array([1n]),
      buffer: new ArrayBuffer(3),
      view: new DataView(new ArrayBuffer(4)),
      when: new Date(0),
      bad: new Date(NaN),
      pattern: /a+/g,
      big: 10n,
      symbol: Symbol('s'),
      fn: function named() {},
      cls: class Base {},
      arrow: () => 1,
      none: undefined,
      nil: null,
      bare: Object.assign(Object.create(null) as object, { x: 1 }),
      sparse: Object.assign(new Array<number>(4), { 0: 1, 3: 4 }),
      promise: Promise.resolve(1),
      weak: new WeakMap(),
    };
    const shown = words(value);
    for (const part of [
      'trade: Trade { price }',
      'map: Map(2)',
      '&#39;a&#39; → 1',
      'set: Set(2)',
      'floats: Float64Array(3)',
      '0: 1.5 -0 NaN',
      '0: 1n',
      'buffer: ArrayBuffer { 3 bytes }',
      'view: DataView { 4 bytes }',
      'when: 1970-01-01T00:00:00.000Z',
      'bad: Invalid Date',
      'pattern: /a+/g',
      'big: 10n',
      'symbol: Symbol(s)',
      'fn: [Function: named]',
      'cls: [class Base]',
      'none: undefined',
      'nil: null',
      'bare: [Object: null prototype] { x }',
      '1…2: &lt;2 empty&gt;',
      'promise: Promise',
      'weak: WeakMap',
    ]) {
      expect(shown).toContain(part);
    }
  });

  it('that are long are counted, and holes skipped', () => {
    const sparse: number[] = [1];
    sparse[2_000_000] = 2;
    expect(words({ sparse, note: 'x'.repeat(80) })).toContain('1…1999999: &lt;1999999 empty&gt; 2000000: 2');
    expect(words(new Float64Array(1_000_000))).toContain('999,936 more numbers');
    expect(text(new Array(5_000_000))).toContain('5000000 empty');
  });
});

describe('texts and numbers', () => {
  it('that are endless are cut', () => {
    expect(text('x'.repeat(1_000_000)).length).toBeLessThan(101_000);
    expect(text('x'.repeat(1_000_000))).toContain('900,000 more characters');
    expect(text(10n ** 200_000n).length).toBeLessThan(101_000);
  });
});

describe('errors', () => {
  it('have their causes, their own errors and what they carry', () => {
    const cause = Object.assign(new TypeError('the cause'), { code: 'E_CAUSE' });
    const all = new AggregateError([new Error('one'), 'two', cause], 'all of them', { cause });
    const shown = text(all);
    expect(shown).toContain('AggregateError: all of them\n    at ');
    expect(shown).toContain('[0] Error: one');
    expect(shown).toContain("[1] 'two'");
    expect(shown).toContain('TypeError: the cause');
    expect(shown).toContain("{ code: 'E_CAUSE' }");
    expect(shown).toContain('Caused by TypeError: the cause [shown above]');
    expect(words(all)).toContain('Caused by');
  });

  it('that cause themselves, or have too many others, end', () => {
    const own = new Error('own');
    own.cause = own;
    expect(text(own)).toContain('Caused by Error: own [shown above]');
    let last = new Error('0');
    for (let i = 1; i < 50; i++) last = new Error(String(i), { cause: last });
    expect(text(last)).toContain('[its causes are not shown]');
    const many = new AggregateError(Array.from({ length: 500 }, (_, i) => new Error(String(i))));
    expect(text(many)).toContain('480 more errors');
  });
});

describe('Arrow tables', () => {
  const columns = {
    at: [0, 1500, 2000],
    symbol: ['A', null, '<b>'],
    size: [1n, 2n, null],
    day: [0, 0, 0],
  };

  it('of flechette are tables', () => {
    const table = tableFromArrays(
      { at: columns.at, symbol: columns.symbol, n: Int32Array.of(1, 2, 3) },
      { types: { at: timestamp(TimeUnit.MICROSECOND), symbol: utf8() } },
    );
    expect(
      text(table)
        .split('\n')
        .map(line => line.trimEnd()),
    ).toEqual([
      'at                        symbol  n',
      '1970-01-01T00:00:00Z      A       1',
      '1970-01-01T00:00:01.500Z  NULL    2',
      '1970-01-01T00:00:02Z      <b>     3',
      'Arrow table · 3 rows',
    ]);
    expect(html(table)).toContain('&lt;b&gt;');
  });

  it('of apache-arrow are, too: known by what they have', () => {
    // What that library's tables have, of which this is no dependency: columns are read by `get`, decimals are words.
    class Vector {
      constructor(readonly values: readonly unknown[]) {}
      get(row: number): unknown {
        return this.values[row];
      }
    }
    class ApacheTable {
      readonly schema = {
        fields: [
          { name: 'at', type: { typeId: 10 } },
          { name: 'day', type: { typeId: 8 } },
          { name: 'paid', type: { typeId: 7, scale: 2 } },
        ],
      };
      get numRows(): number {
        return 1000;
      }
      getChildAt(index: number): Vector {
        const paid = [Uint32Array.of(0xffffff85, 0xffffffff, 0xffffffff, 0xffffffff)];
        return new Vector(Array<unknown>(1000).fill([1500, 86_400_000, paid[0]][index]));
      }
    }
    const lines = text(new ApacheTable()).split('\n');
    expect(lines[1]).toBe('1970-01-01T00:00:01.500Z  1970-01-02  -1.23');
    expect(lines).toHaveLength(23);
    expect(lines[22]).toBe('Arrow table · 1,000 rows');
  });

  it('are not what only looks like one', () => {
    const fake = { schema: { fields: [{ name: 'a' }] }, numRows: 2, getChildAt: never, x: 'y'.repeat(80) };
    expect(words(fake)).toContain('numRows: 2');
  });
});

describe('tables of objects', () => {
  it('with getters or Proxies are trees', () => {
    const rows = [{ a: 1 }, Object.defineProperty({}, 'a', { get: never, enumerable: true })];
    expect(text(rows)).toBe('[ { a: 1 }, { a: [Getter] } ]');
    expect(text([{ a: 1 }, hostileProxy({ a: 2 })])).toContain('a: 1');
  });

  it('keep to their lines and columns, whatever the cells hold', () => {
    const shown = text([{ a: 'x\ny\tz', b: 'w'.repeat(10_000) }]);
    expect(shown.split('\n')).toHaveLength(3);
    expect(shown).toContain('x↵y⇥z');
    expect(shown.length).toBeLessThan(1500);
  });
});
