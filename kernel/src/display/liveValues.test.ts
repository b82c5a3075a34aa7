import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isLive, LiveValues } from './liveValues.js';

function setUp() {
  const shown: unknown[] = [];
  const live = new LiveValues({
    show: value => void shown.push(value),
    fail: error => void shown.push(`failed: ${(error as Error).message}`),
  });
  return { shown, live };
}

async function* counting(to: number, wait: number | null, ended?: () => void): AsyncGenerator<number> {
  try {
    for (let i = 1; i <= to; i++) {
      if (wait !== null) await sleep(wait);
      yield i;
    }
  } finally {
    ended?.();
  }
}

describe('live values', () => {
  it('are promises and async iterables, but nothing that looking at would read empty', () => {
    const iterable = { [Symbol.asyncIterator]: () => counting(1, null) };
    expect([Promise.resolve(), counting(1, null), iterable].map(isLive)).toEqual([true, true, true]);
    const others = [1, null, [1], { then: 1 }, new Map(), Readable.from([1]), new ReadableStream()];
    expect(others.map(isLive)).toEqual(others.map(() => false));
    expect(
      isLive(
        new Proxy(iterable, {
          get: () => {
            throw new Error('asked');
          },
        }),
      ),
    ).toBe(false);
  });

  it('of a promise is its value, or why there is none', async () => {
    const { shown, live } = setUp();
    live.start(sleep(5, 'value'), 'a', null);
    live.start(Promise.reject(new Error('no')), 'b', null);
    await live.settled(null);
    expect(shown.sort()).toEqual(['failed: no', 'value']);
  });

  it('of an iterable are shown at most ten times a second, and the last one always', async () => {
    const { shown, live } = setUp();
    const began = performance.now();
    live.start(counting(60, 5), 'a', null);
    await live.settled(null);
    const most = (performance.now() - began) / 100 + 2;
    expect(shown.length).toBeLessThanOrEqual(most);
    expect(shown[0]).toBe(1);
    expect(shown.at(-1)).toBe(60);
    expect(shown).toEqual([...(shown as number[])].sort((a, b) => a - b));
  });

  it('that never wait let other code have its turn', async () => {
    const { shown, live } = setUp();
    live.start(counting(Infinity, null), 'a', 'cell');
    // What belongs to others is not waited for, and what never ends not for ever.
    await live.settled('another');
    await live.settled('cell', 150);
    live.stopOwner('cell');
    const count = shown.length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(10);
    await sleep(150);
    expect(shown).toHaveLength(count);
  });

  it('end when their cell is run again, when the output shows something else, and when the user interrupts', async () => {
    const { shown, live } = setUp();
    let ended = 0;
    const start = (id: string, owner: string) =>
      live.start(
        counting(1000, 2, () => ended++),
        id,
        owner,
      );
    start('a', 'one');
    start('b', 'two');
    start('c', 'three');
    start('c', 'three');
    await sleep(30);
    live.stopOwner('one');
    live.stop('b');
    live.stopAll();
    await sleep(30);
    const count = shown.length;
    // The one that was replaced before its turn has not been asked for anything.
    expect(ended).toBe(3);
    await sleep(150);
    expect(shown).toHaveLength(count);
  });

  it('that fail, or whose iterator is broken, say so', async () => {
    const { shown, live } = setUp();
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      await sleep(1);
      throw new Error('in the middle');
    }
    live.start(failing(), 'a', null);
    await live.settled(null);
    expect(shown).toEqual([1, 'failed: in the middle']);
    live.start({ [Symbol.asyncIterator]: () => null as never }, 'b', null);
    await live.settled(null);
    expect(shown[2]).toMatch(/^failed: /);
  });
});
