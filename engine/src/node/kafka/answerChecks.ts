import { NetworkError, Reader } from '@platformatic/kafka';
import type { joinGroupV9, metadataV12, syncGroupV5 } from '@platformatic/kafka';
import { BoundedReader } from './boundedReader.js';
import type { FetchTaker } from './fetchAnswer.js';

const METADATA = 3;
/** Whoever joins a group waits for the others. */
export const JOIN_GROUP = 11;
export const SYNC_GROUP = 14;
/** More partitions of a topic nobody has. */
const MOST_PARTITIONS = 200_000;

/** Looks at what the client takes out of an answer without a look: the partitions of topics, and what members of a group have said. Throws where it cannot be. */
export function checkAnswer(key: number, answer: unknown, taker: FetchTaker | null): void {
  if (key === METADATA) checkMetadata(answer as metadataV12.MetadataResponse, taker);
  else if (key === JOIN_GROUP) {
    for (const { metadata } of (answer as joinGroupV9.JoinGroupResponse).members)
      if (metadata !== null && metadata !== undefined) checkSubscription(metadata);
  } else if (key === SYNC_GROUP) checkAssignment((answer as syncGroupV5.SyncGroupResponse).assignment, taker);
}

/** A topic's partitions are numbered from 0, without holes. */
function checkMetadata({ topics }: metadataV12.MetadataResponse, taker: FetchTaker | null): void {
  for (const { name, partitions } of topics) {
    const indexes = new Set(partitions.map(({ partitionIndex }) => partitionIndex));
    if (partitions.length > MOST_PARTITIONS || indexes.size !== partitions.length)
      throw new NetworkError('partitions of a topic that cannot be');
    for (const index of indexes)
      if (index < 0 || index >= partitions.length)
        throw new NetworkError('partitions of a topic that cannot be');
    if (typeof name === 'string') taker?.partitions(name, partitions.length);
  }
}

function checkSubscription(bytes: Buffer): void {
  const reader = boundedReader(bytes);
  reader.readInt16();
  reader.readArray(() => reader.readString(false), false, false);
  reader.readNullableBytes(false);
}

function checkAssignment(bytes: Buffer, taker: FetchTaker | null): void {
  const reader = boundedReader(bytes);
  if (bytes.length < 6) return;
  reader.readInt16();
  reader.readArray(
    () => {
      const topic = reader.readString(false);
      reader.readArray(
        () => {
          const partition = reader.readInt32();
          if (taker?.isAssignable(topic, partition) === false)
            throw new NetworkError(
              `partition ${partition} of '${topic.slice(0, 80)}' was assigned, which there is not`,
            );
        },
        false,
        false,
      );
    },
    false,
    false,
  );
}

function boundedReader(bytes: Buffer): BoundedReader {
  return new BoundedReader(Reader.from(bytes).buffer);
}
