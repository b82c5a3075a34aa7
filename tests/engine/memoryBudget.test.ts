import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryBudget, MemoryBudgetError, type MemoryHolder } from '../../engine/src/runtime/memory.js';
import { virtualWorld, type VirtualWorld } from '../support/virtualWorld.js';

let world: VirtualWorld;

beforeEach(() => {
  world = virtualWorld('.');
});

afterEach(() => world.stop());

/** A holder of so many bytes, some of which it can give up. */
function holderOf(what: string, held: { bytes: number; spare: number }): MemoryHolder {
  return {
    bytes: () => held.bytes + held.spare,
    holdings: () => [{ what, bytes: held.bytes + held.spare }],
    evict(bytes) {
      const given = Math.min(bytes, held.spare);
      held.spare -= given;
      return given;
    },
  };
}

test('past the budget what can be had again is given up first, and counted', () => {
  const budget = new MemoryBudget(100, world);
  const history = { bytes: 40, spare: 50 };
  const state = { bytes: 30, spare: 0 };
  budget.add(holderOf('a history', history));
  budget.add(holderOf('state', state));
  expect(budget.admit('a source')).toBeNull();
  expect(budget.stats()).toEqual({ usedBytes: 100, limitBytes: 100, evictedBytes: 20 });
  expect(history.spare).toBe(30);
});

test('past the budget reads are slowed; they go on at full pace once it is kept', async () => {
  const budget = new MemoryBudget(100, world);
  const state = { bytes: 110, spare: 0 };
  budget.add(holderOf('state', state));
  const begun = world.now();
  let reads = 0;
  for (let asked = 0; asked < 10; asked++) {
    const wait = budget.admit('a source');
    if (wait === null) reads++;
    await wait;
  }
  expect(reads).toBe(5);
  expect(world.now() - begun).toBeGreaterThanOrEqual(500);
  state.bytes = 90;
  for (let read = 0; read < 100; read++) expect(budget.admit('a source')).toBeNull();
});

test('reads are refused when slowing has not helped, or far past the budget; the biggest holders are named', async () => {
  for (const bytes of [110e6, 200e6]) {
    const budget = new MemoryBudget(100e6, world);
    budget.add(holderOf('the state of a', { bytes: bytes - 20e6, spare: 0 }));
    const free = budget.add(holderOf('a table', { bytes: 20e6, spare: 0 }));
    let reads = 0;
    const askOn = async (): Promise<void> => {
      for (;;) {
        const wait = budget.admit('a source');
        if (wait === null) reads++;
        await wait;
      }
    };
    await expect(askOn()).rejects.toThrow(
      /a source is read no further.*The biggest: the state of a \(\d+ MB\); a table \(20 MB\)/,
    );
    expect(reads).toBe(bytes > 125e6 ? 0 : 19);
    expect(() => budget.admit('another')).toThrow(MemoryBudgetError);
    free();
    if (bytes === 110e6) expect(budget.admit('another')).toBeNull();
  }
});
