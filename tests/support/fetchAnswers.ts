import { createRecordsBatch, crc32c, Reader } from '@platformatic/kafka';
import type { CompressionAlgorithmValue } from '@platformatic/kafka';

import { BoundedReader } from '../../engine/src/node/kafka/boundedReader.js';

/** The id of the topic that the answers are of. */
export const TOPIC_ID = '00112233-4455-6677-8899-aabbccddeeff';

/** A record that is put into a batch. */
export interface MadeRecord {
  readonly key: Buffer | undefined;
  readonly value: Buffer;
}

/** A batch of records from an offset on, as a broker keeps it. */
export function madeBatch(
  first: bigint,
  records: readonly MadeRecord[],
  compression: CompressionAlgorithmValue = 'none',
): Buffer {
  const messages = records.map(({ key, value }, i) => ({
    topic: 't',
    value,
    timestamp: 1_700_000_000_000n + BigInt(i),
    ...(key === undefined ? {} : { key }),
    headers: new Map([[Buffer.from('h'), Buffer.from(String(i))]]),
  }));
  const batch = Buffer.from(createRecordsBatch(messages, { compression }).buffer);
  batch.writeBigInt64BE(first, 0);
  return batch;
}

/** A batch with these bytes in the place of its records, a head that says anything, and a checksum that is right. */
export function forgedBatch(
  first: bigint,
  payload: Uint8Array,
  { codec = 0, count = 1, lastDelta = 0 }: { codec?: number; count?: number; lastDelta?: number } = {},
): Buffer {
  const batch = Buffer.concat([
    madeBatch(first, [{ key: undefined, value: Buffer.from('x') }]).subarray(0, 61),
    payload,
  ]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt16BE(codec, 21);
  batch.writeInt32BE(lastDelta, 23);
  batch.writeInt32BE(count, 57);
  return sealed(batch);
}

/** A batch whose checksum is made right. */
export function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** The answer (of version 17) to a request for records of partition 0, without its length and number. */
export function fetchAnswer(records: Buffer, end: bigint): Buffer {
  const head = Buffer.alloc(4 + 2 + 4);
  const part = Buffer.alloc(4 + 2 + 24);
  part.writeBigInt64BE(end, 6);
  part.writeBigInt64BE(end, 14);
  const preferred = Buffer.alloc(4, 0xff);
  return Buffer.concat([
    head,
    uvarint(2),
    Buffer.from(TOPIC_ID.replaceAll('-', ''), 'hex'),
    uvarint(2),
    part,
    uvarint(0),
    preferred,
    uvarint(records.length + 1),
    records,
    Buffer.from([0, 0, 0]),
  ]);
}

/** Reads an answer as a connection would. */
export function readerOf(answer: Buffer): BoundedReader {
  return new BoundedReader(Reader.from(answer).buffer);
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
