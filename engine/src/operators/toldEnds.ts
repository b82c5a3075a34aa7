import type { ChangingSessions } from './changingSessions.js';
import type { SessionChanges } from './sessionChanges.js';

/**
 * Sessions are named by their ends, and as they are merged and split another one may come to have the end that was told of one. What was told with an end
 * goes to the session that has it now, so that it is an update of it. Returns the sessions to tell: those given, and those that lost what was told.
 */
export function matchTold(set: ChangingSessions, changes: SessionChanges, slots: Int32Array): number[] {
  const { groups, emitted } = set.store;
  const { gapUs } = set.times;
  const told = new Set(slots);
  const byGroup = new Map<number, Set<number>>();
  for (const slot of slots) {
    const group = groups[slot];
    if (!byGroup.has(group)) byGroup.set(group, new Set(set.of(group)));
    byGroup.get(group)!.add(slot);
  }
  const isRight = (slot: number): boolean =>
    emitted[slot] === 1 && set.dead[slot] === 0 && changes.toldEnd(slot) === set.lasts[slot] + gapUs;
  for (const each of byGroup.values()) {
    const wrong = [...each].filter(slot => emitted[slot] === 1 && !isRight(slot));
    if (wrong.length === 0) continue;
    const holders = new Map(wrong.map(slot => [changes.toldEnd(slot), slot]));
    for (const slot of each) {
      if (set.dead[slot] === 1 || isRight(slot)) continue;
      const end = set.lasts[slot] + gapUs;
      const holder = holders.get(end);
      if (holder === undefined) continue;
      const held = emitted[slot] === 1 ? changes.toldEnd(slot) : null;
      changes.exchange(slot, holder);
      holders.delete(end);
      if (held !== null) holders.set(held, holder);
      told.add(holder);
    }
  }
  return [...told];
}
