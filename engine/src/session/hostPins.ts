import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import { factsOf, type Pin, type Pins } from '../sources/pin.js';
import { RecordError } from './hostRecordings.js';

/** Pins the file of a source node: which it is and what it gives. One that was pinned before has to be the same, unless it is renewed. */
export async function pinFile(
  { plan, renew, owner }: { readonly plan: PlanNode; readonly renew: boolean; readonly owner: string | null },
  runtime: Runtime,
  pins: Pins | null,
): Promise<Pin & { readonly file: string }> {
  const path = plan.kind === 'source' ? plan.options.path : undefined;
  if (plan.kind !== 'source' || typeof path !== 'string' || pins === null) {
    throw new RecordError(
      'MR3818',
      'pin() is of a recording or another file, and this is none.',
      "Write await pin('trades.mrec'), or pin(replay('trades.csv', { time: 'ts' })).",
    );
  }
  const { directory } = runtime.options.world;
  if (renew) await pins.put(path, null, directory);
  const source = await runtime.open(plan);
  const before = await pins.get(path, directory);
  const facts = await factsOf(source, () => runtime.yieldTurn());
  const hash = await pins.hash(path, directory);
  const pin: Pin = { hash, ...facts };
  if (before !== null && (before.rows !== pin.rows || before.from !== pin.from || before.to !== pin.to)) {
    throw new RecordError(
      'MR3819',
      `'${path}' is the file that was pinned, and it is read otherwise: ${before.rows} rows from ${before.from} to ${before.to} were pinned, ` +
        `and ${pin.rows} rows from ${pin.from} to ${pin.to} are found.`,
      'Read it as before, or pin what it gives now: await pin(…, { renew: true }).',
    );
  }
  await pins.found?.({ kind: 'file', name: path, owner, before, pin });
  if (before === null) await pins.put(path, pin, directory);
  return { ...pin, file: path };
}
