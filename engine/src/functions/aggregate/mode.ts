import { defineAggregate, type BoundAggregate, type ReferenceValue } from './define.js';
import { requireArguments } from './errors.js';
import { heldValue, valueCounts } from './objects.js';
import { compareValues } from './references.js';

export const mode = defineAggregate({
  name: 'mode',
  doc: 'The most frequent value; of equally frequent ones the smallest. NULL for none.',
  signature: 'x: any type that sorts',
  sql: () => null,
  ordered: false,
  distinct: 'none',
  retracts: true,
  resolve(args) {
    requireArguments('mode', args, 1, () => true, 'a value');
    return { type: args[0].type, nullable: args[0].nullable };
  },
  bind: (context): BoundAggregate => ({
    parts: { values: valueCounts(0) },
    counts: false,
    value: emit => heldValue(context.args[0].type, `${emit.part('values').lane('values')}.mode()`),
  }),
  reference(rows) {
    const counts = new Map<ReferenceValue, number>();
    for (const { args } of rows) counts.set(args[0], (counts.get(args[0]) ?? 0) + 1);
    let best: readonly [ReferenceValue, number] = [null, 0];
    for (const [value, count] of counts) {
      if (count > best[1] || (count === best[1] && compareValues(value, best[0]) < 0)) best = [value, count];
    }
    return best[0];
  },
});
