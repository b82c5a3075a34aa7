import { expect, it } from 'vitest';
import type { OpenSource, SourceReader } from '../sources/source.js';
import type { FeedMember } from './feedMember.js';
import { History } from './history.js';
import { Latecomers } from './latecomers.js';
import type { LateFeed } from './latecomers.js';

/** A feed that has given ten rows, and what is done with its readings. */
function feedOf() {
  const readers = { made: 0, closed: 0 };
  const reader = (): SourceReader => {
    readers.made++;
    return {
      next: () => Promise.resolve(null),
      close: () => {
        readers.closed++;
        return Promise.resolve();
      },
    } as unknown as SourceReader;
  };
  const feed = {
    source: { live: false, read: reader } as unknown as OpenSource,
    history: new History(),
    position: 10,
    run: 1,
    push: () => true,
    drop: () => undefined,
    join: () => undefined,
    admit: () => null,
    yieldTurn: () => Promise.resolve(),
  };
  return { feed: feed satisfies LateFeed, readers };
}

it('begins no reading for who has gone while memory was asked for', async () => {
  const { feed, readers } = feedOf();
  const late = new Latecomers(feed, 8);
  const member = { isFull: false } as FeedMember;
  late.add(member);
  const reading = late.read();
  late.remove(member);
  await reading;
  expect(readers).toEqual({ made: 0, closed: 0 });
});

it('closes the reading of who goes later, once', async () => {
  const { feed, readers } = feedOf();
  const late = new Latecomers(feed, 8);
  const member = { isFull: false } as FeedMember;
  late.add(member);
  const reading = late.read();
  await Promise.resolve();
  await Promise.resolve();
  late.remove(member);
  await reading;
  expect(readers).toEqual({ made: 1, closed: 1 });
});
