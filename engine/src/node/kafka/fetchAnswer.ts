import { NetworkError, ResponseError } from '@platformatic/kafka';
import type { fetchV17 } from '@platformatic/kafka';
import type { BoundedReader } from './boundedReader.js';
import { BATCH_HEAD, BatchFault, RecordBatch } from './recordBatch.js';
import type { RecordView } from './recordBatch.js';

/** Unpacked records that are passed on of one answer, at most; the rest is asked for again. */
const MOST_UNPACKED = 64 << 20;
/** The first version in which topics are named by their ids. */
const WITH_IDS = 13;

/** Who is given the records of answers. */
export interface FetchTaker {
  /** Whether an answer may tell of a topic: its id, or its name. */
  isTopic(topic: string): boolean;
  /** A topic has so many partitions. May throw: where it has fewer than before, it is another one. */
  partitions(topic: string, count: number): void;
  /** Whether there is such a partition, for a group to assign it. */
  isAssignable(topic: string, partition: number): boolean;
  /** The offset that is to come next of a partition; undefined: it is not read. */
  wanted(partition: number): bigint | undefined;
  record(record: RecordView): void;
  /**
   * A batch of a partition cannot be read, of which records were asked for from `wanted` on; `last`: the last offset that it says it has, null where
   * that cannot be known. Returns the offset from which on to read, or throws: then all is asked for again.
   */
  damaged(partition: number, wanted: bigint, last: bigint | null, fault: BatchFault): bigint;
}

type FetchResponse = fetchV17.FetchResponse;
type FetchResponsePartition = fetchV17.FetchResponsePartition;

/** A partition's records in an answer. */
interface Part {
  readonly partition: FetchResponsePartition;
  readonly bytes: Buffer;
}

/**
 * Reads the answer to a request for records, and passes them on: each length is looked at before it is believed, each batch's checksum before it is
 * read, and all records of a batch before the first of them is passed on. The client is told where to go on, and of no records.
 */
export function readFetch(version: number, reader: BoundedReader, taker: FetchTaker): FetchResponse {
  const parts: Part[] = [];
  const errors: Record<string, [number, null]> = {};
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  if (errorCode !== 0) errors['/'] = [errorCode, null];
  const sessionId = reader.readInt32();
  const responses = reader.readArray((_, i) => {
    const topicId = version < WITH_IDS ? reader.readString() : reader.readUUID();
    const partitions = reader.readArray((__, j) => {
      const part = readPart(reader);
      if (part.partition.errorCode !== 0)
        errors[`/responses/${i}/partitions/${j}`] = [part.partition.errorCode, null];
      if (!taker.isTopic(topicId)) throw new NetworkError('an answer with records of another topic');
      parts.push(part);
      return part.partition;
    });
    return { topicId, partitions };
  });
  const answer: FetchResponse = { throttleTimeMs, errorCode, sessionId, responses };
  if (Object.keys(errors).length > 0) throw new ResponseError(1, version, errors, answer);
  let left = MOST_UNPACKED;
  for (const part of parts) if (left > 0) left -= passOn(part, taker, left);
  return answer;
}

function readPart(reader: BoundedReader): Part {
  const partition: FetchResponsePartition = {
    partitionIndex: reader.readInt32(),
    errorCode: reader.readInt16(),
    highWatermark: reader.readInt64(),
    lastStableOffset: reader.readInt64(),
    logStartOffset: reader.readInt64(),
    abortedTransactions: [],
    preferredReadReplica: -1,
  };
  reader.readArray(() => reader.skip(16));
  partition.preferredReadReplica = reader.readInt32();
  return { partition, bytes: reader.readNullableBytes() ?? Buffer.alloc(0) };
}

/** Passes the batches of a partition on, up to so many unpacked bytes and one batch at least; returns how many bytes they were. */
function passOn({ partition, bytes }: Part, taker: FetchTaker, most: number): number {
  const index = partition.partitionIndex;
  const wanted = taker.wanted(index);
  if (bytes.length === 0) return 0;
  if (wanted === undefined)
    throw new NetworkError(`an answer with records of partition ${index}, which is not read`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let next = wanted;
  let unpacked = 0;
  for (let at = 0; at < bytes.length && unpacked < most;) {
    let last: bigint | null = null;
    try {
      if (at + BATCH_HEAD > bytes.length) throw new BatchFault('a batch that is cut', false);
      const length = RecordBatch.length(view, at);
      if (length < BATCH_HEAD) throw new BatchFault(`a batch that says it has ${length} bytes`, false);
      if (at + length > bytes.length) throw new BatchFault('a batch that is cut', false);
      const batch = new RecordBatch(bytes.subarray(at, at + length));
      if (batch.last < next || batch.last >= partition.highWatermark)
        throw new BatchFault('a batch of offsets that were not asked for', false);
      last = batch.last;
      if (!batch.isControl) {
        const from = next;
        unpacked += batch.check();
        // What was asked for may begin in the middle of a batch.
        batch.each(index, record => record.offset >= from && taker.record(record));
      }
      next = batch.last + 1n;
      at += length;
    } catch (error) {
      if (!(error instanceof BatchFault)) throw error;
      // The last batch of an answer may be cut: it is asked for again, and then it is the first.
      if (next === wanted || last !== null) next = taker.damaged(index, next, last, error);
      break;
    }
  }
  if (next > wanted) partition.records = [emptyBatch(next - 1n)];
  return unpacked;
}

/** What tells the client that it has read up to an offset. */
function emptyBatch(offset: bigint): NonNullable<FetchResponsePartition['records']>[number] {
  return {
    firstOffset: offset,
    length: 0,
    partitionLeaderEpoch: -1,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: 0,
    firstTimestamp: 0n,
    maxTimestamp: 0n,
    producerId: -1n,
    producerEpoch: -1,
    firstSequence: -1,
    records: [],
  };
}
