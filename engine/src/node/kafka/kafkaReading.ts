import { ListOffsetTimestamps } from '@platformatic/kafka';
import type { Consumer } from '@platformatic/kafka';
import type { KafkaPlace } from './kafkaOptions.js';
import type { SchemaRegistry } from './schemaRegistry.js';

/** Where reading begins, where no offset is committed. */
export type KafkaStart =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'time'; readonly timeMs: number }
  | { readonly kind: 'offsets'; readonly offsets: ReadonlyMap<number, bigint> };

/** Where a topic ended when it was first looked at. */
export interface KafkaBound {
  /** Of each partition the offset behind its last record; null: nobody has looked yet. */
  ends: ReadonlyMap<number, bigint> | null;
}

/** How a topic is read. */
export interface KafkaReading {
  readonly place: KafkaPlace;
  /** The consumer group; null: all partitions are read here, and nothing is committed. */
  readonly group: string | null;
  readonly start: KafkaStart;
  /** Where it ends; null: nowhere. */
  readonly bound: KafkaBound | null;
  readonly registry: SchemaRegistry | null;
}

/**
 * Where each partition is to be read from: behind what has been passed on (`next`), committed, or where it was said. Notes where a reading that ends is to end, and in
 * `next` where one without a group begins.
 */
export async function startOffsets(
  consumer: Consumer,
  { place: { topic }, group, start, bound }: KafkaReading,
  next: Map<number, bigint>,
): Promise<Map<number, bigint>> {
  const list = async (timestamp: bigint): Promise<readonly bigint[]> =>
    (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
  const first = await list(ListOffsetTimestamps.EARLIEST);
  const last = await list(ListOffsetTimestamps.LATEST);
  if (bound !== null) bound.ends ??= new Map(last.map((offset, partition) => [partition, offset]));
  const at = start.kind === 'time' ? await list(BigInt(start.timeMs)) : [];
  const partitions = first.map((_, partition) => partition);
  const committed =
    group === null
      ? []
      : ((await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic) ?? []);
  const offsets = new Map<number, bigint>();
  first.forEach((earliest, partition) => {
    const latest = last[partition];
    // A topic that was made anew begins at its beginning.
    if ((next.get(partition) ?? 0n) > latest) next.delete(partition);
    const known = committed[partition] ?? -1n;
    const from =
      next.get(partition) ?? (known >= 0n ? known : askedOffset(start, partition, earliest, latest, at));
    const offset = from < earliest ? earliest : from > latest ? latest : from;
    offsets.set(partition, offset);
    if (group === null) next.set(partition, offset);
  });
  return offsets;
}

/** Where a partition is to be read from where nothing else is known. */
function askedOffset(
  start: KafkaStart,
  partition: number,
  earliest: bigint,
  latest: bigint,
  at: readonly bigint[],
): bigint {
  if (start.kind === 'earliest') return earliest;
  if (start.kind === 'latest') return latest;
  if (start.kind === 'offsets') return start.offsets.get(partition) ?? earliest;
  return at[partition] < 0n ? latest : at[partition];
}
