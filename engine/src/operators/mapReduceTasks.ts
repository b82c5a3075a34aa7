import type { Lane } from '../columns/column.js';
import type { Field } from '../columns/types.js';
import type { PhysicalMapReduce } from '../physical/mapReduce.js';
import type { MapKey } from './mapReduceKeys.js';

/** What a thread has to know of a run: plain data. */
export interface TaskPlan extends Pick<PhysicalMapReduce, 'map' | 'combine' | 'reduce' | 'partitions'> {
  /** The columns that the map looks at. */
  readonly fields: readonly Field[];
  readonly returns: readonly Field[];
}

/** A column of rows on its way to a thread. Text is numbers of texts, of which each is sent once. */
export interface SentColumn {
  readonly data: Lane;
  readonly valid: Uint8Array | null;
  /** Texts that the thread does not know yet, in the order of their numbers; null for columns that are no text. */
  readonly texts: readonly string[] | null;
  /** Whether numbers begin anew: what was sent before is not needed any more. */
  readonly anew: boolean;
}

/** Values of one kind as one buffer where they are numbers. */
export type Packed = Float64Array<ArrayBuffer> | readonly unknown[];

/** Pairs of one share of the rows for one partition, brought together by key. */
export interface Part {
  readonly keys: readonly MapKey[] | Float64Array<ArrayBuffer>;
  /** Values, those of one key side by side. */
  readonly values: Packed;
  /** How many values each key has, and the rows of the input that they are of; null where pairs were combined to one each. */
  readonly counts: Int32Array<ArrayBuffer> | null;
  readonly rows: Float64Array<ArrayBuffer> | null;
  /** How many pairs each key had. */
  readonly pairs: Float64Array<ArrayBuffer>;
  /** The kind of the keys. */
  readonly kind: string;
  readonly bytes: number;
}

/** The rows of one partition, in order of their keys. */
export interface Reduced {
  readonly keys: readonly MapKey[] | Float64Array<ArrayBuffer>;
  /** The values of each returned column. */
  readonly columns: readonly Packed[];
  readonly heaviest: readonly HeavyKey[];
  /** Different keys, whether they gave a row or not. */
  readonly count: number;
}

export interface HeavyKey {
  readonly key: string;
  readonly pairs: number;
}

/** What a thread is asked. `job` is the run; `share` which of the rows' shares these are of. */
export type TaskMessage =
  | { readonly type: 'open'; readonly job: number; readonly plan: TaskPlan }
  | {
      readonly type: 'rows';
      readonly job: number;
      readonly share: number;
      /** The place of the first row in the input. */
      readonly first: number;
      readonly length: number;
      readonly columns: readonly SentColumn[];
    }
  | { readonly type: 'shuffle'; readonly job: number; readonly share: number }
  | {
      readonly type: 'reduce';
      readonly job: number;
      readonly partition: number;
      readonly parts: readonly Part[];
    }
  | { readonly type: 'close'; readonly job: number };

/** What it answers: one answer to each message but `open` and `close`. */
export type TaskReply =
  | {
      readonly type: 'mapped';
      readonly job: number;
      readonly share: number;
      readonly rows: number;
      readonly pairs: number;
      /** Bytes that the share holds now, roughly. */
      readonly bytes: number;
    }
  | {
      readonly type: 'parts';
      readonly job: number;
      readonly share: number;
      readonly parts: readonly (Part | null)[];
    }
  | { readonly type: 'reduced'; readonly job: number; readonly partition: number; readonly result: Reduced }
  | {
      readonly type: 'failed';
      readonly job: number;
      readonly code: string;
      readonly text: string;
      readonly hint: string | null;
    };

/** Values in one buffer where all are numbers. */
export function pack(values: readonly unknown[]): Packed {
  for (let k = 0; k < values.length; k++) if (typeof values[k] !== 'number') return values;
  return Float64Array.from(values as number[]);
}

/** Bytes that values take on their way, roughly. */
export function bytesOf(values: Packed | readonly MapKey[]): number {
  if (values instanceof Float64Array) return values.byteLength;
  let bytes = 0;
  for (const value of values) bytes += typeof value === 'string' ? value.length + 4 : 8;
  return bytes;
}

/** The buffers of a message, which go to the other thread without a copy. */
export function buffersOf(message: TaskMessage | TaskReply): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  const add = (values: unknown): void => {
    if (ArrayBuffer.isView(values)) buffers.push(values.buffer as ArrayBuffer);
  };
  const addPart = (part: Part): void =>
    [part.keys, part.values, part.counts, part.rows, part.pairs].forEach(add);
  if (message.type === 'rows') for (const { data, valid } of message.columns) [data, valid].forEach(add);
  else if (message.type === 'parts') for (const part of message.parts) if (part !== null) addPart(part);
  if (message.type === 'reduce') message.parts.forEach(addPart);
  else if (message.type === 'reduced') [message.result.keys, ...message.result.columns].forEach(add);
  return buffers;
}
