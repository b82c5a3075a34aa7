import { describe, expect, it } from 'vitest';
import type { DisplayData } from '../runner/contract.js';
import { createProgress } from './progress.js';

function setUp() {
  const published: [kind: string, text: string, html: string, id: string | null][] = [];
  const time = { now: 1000, run: 1 };
  const publish = (kind: string, { data, displayId }: DisplayData) =>
    void published.push([kind, String(data['text/plain']), String(data['text/html']), displayId]);
  const { over: progress, interrupt } = createProgress({ publish, run: () => time.run }, () => time.now);
  const texts = (): string[] => published.map(([, text]) => text);
  return { progress, interrupt, published, texts, time };
}

describe('progress', () => {
  it('gives the same values, and shows one output until the end', () => {
    const { progress, published, texts, time } = setUp();
    const seen: number[] = [];
    for (const value of progress([1, 2, 3, 4], { label: 'files' })) {
      seen.push(value);
      time.now += 1000;
    }
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(published.map(([kind]) => kind)).toEqual(['display', ...Array<string>(5).fill('update')]);
    expect(new Set(published.map(([, , , id]) => id)).size).toBe(1);
    expect(texts()[0]).toBe('files:   0% |░░░░░░░░░░░░░░░░░░░░| 0/4 [0:00]');
    expect(texts()[1]).toBe('files:  25% |█████░░░░░░░░░░░░░░░| 1/4 [0:01 < 0:03, 1.00/s]');
    expect(texts().at(-1)).toBe('files: 100% |████████████████████| 4/4 [0:04, 1.00/s]');
    expect(published[1][2]).toContain('<progress value="0.2500" max="1"');
  });

  it('is drawn at most ten times a second, however quick the loop', () => {
    const { progress, published, time } = setUp();
    for (const _ of progress(new Set(Array.from({ length: 100_000 }, (_, i) => i)))) time.now += 0.01;
    // 1,000 ms of work: the first, one each 100 ms, and the last.
    expect(published.length).toBeLessThanOrEqual(13);
    expect(published.at(-1)?.[1]).toContain('100,000/100,000');
  });

  it('says where a loop was left, and where what it loops over has failed', async () => {
    const { progress, texts, time } = setUp();
    for (const value of progress([1, 2, 3])) {
      time.now += 200;
      if (value === 2) break;
    }
    expect(texts().at(-1)).toContain('1/3 [0:00, 2.50/s] stopped');
    function* failing(): Generator<number> {
      yield 1;
      throw new RangeError('<b>too far</b>');
    }
    expect(() => [...progress(failing())]).toThrow('too far');
    expect(texts().at(-1)).toContain('failed: RangeError: <b>too far</b>');
    async function* late(): AsyncGenerator<number> {
      yield 1;
      await Promise.reject(new Error('late'));
    }
    await expect(
      (async () => {
        for await (const _ of progress(late()));
      })(),
    ).rejects.toThrow('late');
    expect(texts().at(-1)).toBe('1 [0:00] failed: Error: late');
  });

  it('escapes labels and errors', () => {
    const { progress, published } = setUp();
    for (const _ of progress([1], { label: '<script>' })) break;
    expect(published.at(-1)?.[2]).toContain('&lt;script&gt;');
    expect(published.at(-1)?.[2]).not.toContain('<script>');
  });

  it('draws nested loops in one output, inner ones in one place', () => {
    const { progress, published, texts, time } = setUp();
    for (const outer of progress([1, 2, 3], { label: 'outer' })) {
      for (const _ of progress([1, 2], { label: `inner ${outer}` })) time.now += 100;
    }
    expect(new Set(published.map(([, , , id]) => id)).size).toBe(1);
    expect(published.filter(([kind]) => kind === 'display')).toHaveLength(1);
    const lines = texts().at(-1)!.split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('outer: 100%');
    expect(lines[1]).toContain('inner 3: 100%');
    expect(Math.max(...texts().map(text => text.split('\n').length))).toBe(2);
  });

  it('draws loops beside each other, only so many of them', async () => {
    const { progress, texts, time } = setUp();
    async function* slow(): AsyncGenerator<number> {
      for (let i = 0; i < 3; i++) {
        await Promise.resolve();
        time.now += 50;
        yield i;
      }
    }
    const loops = Array.from({ length: 30 }, async (_, i) => {
      let sum = 0;
      for await (const value of progress(slow(), { total: 3, label: `loop ${i}` })) sum += value;
      return sum;
    });
    expect(await Promise.all(loops)).toEqual(Array<number>(30).fill(3));
    expect(Math.max(...texts().map(text => text.split('\n').length))).toBeLessThanOrEqual(21);
    expect(texts().some(text => text.includes('… 10 more'))).toBe(true);
  });

  it('is another output in another run, or after all loops have ended', () => {
    const { progress, published, time } = setUp();
    expect(progress([1, 2])[Symbol.iterator]().next().value).toBe(1);
    time.run = 2;
    for (const _ of progress([1]));
    for (const _ of progress([1]));
    expect(published.filter(([kind]) => kind === 'display')).toHaveLength(3);
  });

  it('says that it was interrupted', () => {
    const { progress, interrupt, texts } = setUp();
    const iterator = progress([1, 2])[Symbol.iterator]();
    iterator.next();
    interrupt();
    expect(texts().at(-1)).toContain('interrupted');
    iterator.next();
    expect(texts().at(-1)).toContain('interrupted');
  });

  it('takes what has no end to be seen, an empty list, and more than it was told', () => {
    const { progress, published, texts, time } = setUp();
    function* some(): Generator<number> {
      for (let i = 0; i < 3; i++) yield i;
    }
    for (const _ of progress(some())) time.now += 2000;
    expect(texts().at(-1)).toBe('3 [0:06, 2.00 s each]');
    expect(published[1][2]).toContain('<progress style');
    for (const _ of progress([])) throw new Error('nothing is there');
    expect(texts().at(-1)).toContain('100%');
    for (const _ of progress(some(), { total: 2 })) time.now += 1;
    expect(texts().at(-1)).toContain('100%');
    expect(texts().at(-1)).toContain('3/2');
    expect([...progress('häß')]).toEqual(['h', 'ä', 'ß']);
  });

  it('says what it cannot take', () => {
    const { progress } = setUp();
    expect(() => progress(5 as never)).toThrow(/MR4101.*not a value of type number/);
    expect(() => progress(null as never)).toThrow(/MR4101.*not null/);
    expect(() => progress([1], { total: -1 })).toThrow('MR4102');
    expect(() => progress([1], { total: NaN })).toThrow('MR4102');
  });
});
