import { expect, it } from 'vitest';
import { valueBundle } from '../../kernel/src/display/values.js';
import { forRandom, type Random } from './random.js';

const TEXTS = [
  '',
  'a',
  '<script>alert(1)</script>',
  '"&\'',
  '</details>',
  '\n\t',
  'ü😀',
  '__proto__',
  'x'.repeat(5000),
];

let calls = 0;
/** How many more values may hold others. */
let left = 0;
const called = (): never => {
  calls++;
  throw new Error('<b>called</b>');
};

/** A value of any kind, also of such as nobody should make, which may hold what was made before. */
function randomValue(random: Random, depth: number, made: object[]): unknown {
  if (made.length > 0 && random.chance(0.1)) return random.pick(made);
  const next = () => randomValue(random, depth - 1, made);
  const many = () => Array.from({ length: random.chance(0.01) ? 3000 : random.below(8) }, (_, i) => i);
  const keep = <Made extends object>(value: Made): Made => {
    made.push(value);
    return value;
  };
  const plain: readonly (() => unknown)[] = [
    () => random.pick(TEXTS),
    () => random.pick([0, -0, NaN, 1.5, Infinity, 10n ** 30n, true, null, undefined]),
    () => Symbol(random.pick(TEXTS)),
    () => Object.defineProperty(() => 1, 'name', { value: random.pick(TEXTS) }),
    () => new Date(random.pick([0, NaN, 8.64e15])),
    () => new Float64Array(random.below(300)),
    () => new Uint8Array(random.below(40)).buffer,
    () =>
      new Proxy({ a: 1 }, { get: called, ownKeys: called, getOwnPropertyDescriptor: called, has: called }),
    () => Promise.resolve(1),
    () => new WeakMap(),
    () => Object.assign(new Error(random.pick(TEXTS)), { code: random.pick(TEXTS) }),
    () => Object.assign([], { length: 2 ** 32 - 1 }),
  ];
  if (depth <= 0 || left-- <= 0) return random.pick(plain)();
  const holding: readonly (() => object)[] = [
    () => {
      const list = keep([] as unknown[]);
      for (const _ of many()) list.push(next());
      return list;
    },
    () => {
      const object = keep(random.chance(0.2) ? (Object.create(null) as object) : {});
      for (const i of many()) {
        const key = random.chance(0.2) ? Symbol(random.pick(TEXTS)) : `${random.pick(TEXTS)}${i}`;
        const value = random.chance(0.1) ? { get: called } : { value: next() };
        Object.defineProperty(object, key, { ...value, enumerable: random.chance(0.9), configurable: true });
      }
      return object;
    },
    () => {
      const map = keep(new Map<unknown, unknown>());
      for (const _ of many()) map.set(next(), next());
      return map;
    },
    () => {
      const set = keep(new Set<unknown>());
      for (const _ of many()) set.add(next());
      return set;
    },
    () => new Error(random.pick(TEXTS), { cause: next() }),
    () => new AggregateError(many().map(next), random.pick(TEXTS)),
    () => many().map(i => ({ n: i, [random.pick(TEXTS)]: next() })),
  ];
  return random.pick(random.chance(0.6) ? holding : plain)();
}

/** The tags of a piece of HTML, each closed in its turn. */
function isBalanced(html: string): boolean {
  const open: string[] = [];
  for (const [, close, name] of html.matchAll(/<(\/?)([a-z]+)[^<>]*>/g)) {
    if (close === '') open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}

const TAGS =
  /^<\/?(?:div|details|summary|span|pre|table|thead|tbody|tr|td|th|em)(?: open)?(?: style="[^"<>]*")?>$/;

it('whatever a value holds, what is shown is bounded, and neither its code nor its markup comes to anything', async () => {
  await forRandom(
    random => {
      calls = 0;
      left = 100;
      const bundle = valueBundle(randomValue(random, 5, []));
      const text = bundle['text/plain'] as string;
      const html = (bundle['text/html'] ?? '') as string;
      expect(calls).toBe(0);
      expect(text.length).toBeLessThan(400_000);
      expect(html.length).toBeLessThan(600_000);
      expect((html.match(/<[^>]*>/g) ?? []).filter(tag => !TAGS.test(tag))).toEqual([]);
      expect(isBalanced(html)).toBe(true);
    },
    Number(process.env.MILLRACE_RUNS ?? 200) * 2,
  );
});
