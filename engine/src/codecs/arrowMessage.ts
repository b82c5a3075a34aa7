import { FlatTable, longAt } from './flatTable.js';

/** A stretch of bytes. */
export interface ArrowRegion {
  readonly offset: number;
  readonly length: number;
}

/** How the rows of one batch lie in its body: arrays in the order of the fields, parts behind their whole, and their buffers. */
export interface ArrowBatchLayout {
  readonly length: number;
  readonly nodes: readonly { readonly length: number; readonly nulls: number }[];
  readonly regions: readonly ArrowRegion[];
  /** How many buffers with texts each array of views has. */
  readonly variadic: readonly number[];
  /** What each buffer is compressed with; null: nothing. */
  readonly compression: 'lz4' | 'zstd' | null;
}

/** What one message of Arrow IPC says of the bytes behind it. */
export interface ArrowMessage {
  readonly kind: 'schema' | 'dictionary' | 'batch' | 'other';
  readonly bodyLength: number;
  readonly batch: ArrowBatchLayout | null;
  /** Which dictionary these values are of, and whether they are added to those that it has. */
  readonly dictionary: number;
  readonly isDelta: boolean;
}

const KINDS: Readonly<Record<number, ArrowMessage['kind']>> = { 1: 'schema', 2: 'dictionary', 3: 'batch' };

/** Reads a message's metadata: a FlatBuffer. */
export function readArrowMessage(metadata: DataView): ArrowMessage {
  const message = FlatTable.root(metadata);
  const kind = KINDS[message.byte(1, 0)] ?? 'other';
  const header = message.table(2);
  const batch = kind === 'dictionary' ? (header?.table(1) ?? null) : kind === 'batch' ? header : null;
  return {
    kind,
    bodyLength: message.long(3),
    batch: batch === null ? null : batchLayout(batch),
    dictionary: kind === 'dictionary' && header !== null ? header.long(0) : 0,
    isDelta: kind === 'dictionary' && header !== null && header.byte(2, 0) === 1,
  };
}

function batchLayout(batch: FlatTable): ArrowBatchLayout {
  const compression = batch.table(3);
  return {
    length: batch.long(0),
    nodes: batch.list(1, 16, (view, at) => ({ length: longAt(view, at), nulls: longAt(view, at + 8) })),
    regions: batch.list(2, 16, (view, at) => ({ offset: longAt(view, at), length: longAt(view, at + 8) })),
    variadic: batch.list(4, 8, longAt),
    compression: compression === null ? null : compression.byte(0, 0) === 0 ? 'lz4' : 'zstd',
  };
}

/** What a file says at its end. */
export interface ArrowFooter {
  /** Where its dictionaries and its batches begin. */
  readonly dictionaries: readonly number[];
  readonly batches: readonly number[];
  /** Its schema as a message: what stands at a file's beginning counts for nothing, and not every writer writes it well. */
  readonly schema: Uint8Array;
}

/** Reads a file's footer: a FlatBuffer. */
export function readArrowFooter(bytes: Uint8Array): ArrowFooter {
  const table = FlatTable.root(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  const schema = table.table(1);
  if (schema === null) throw new RangeError('it has no schema');
  return {
    dictionaries: table.list(2, 24, longAt),
    batches: table.list(3, 24, longAt),
    schema: schemaMessage(bytes, table.short(0, 0), schema.at),
  };
}

/** Where the bytes of the schema begin in the message that is put around them: behind its length, the table of the message's fields, and the message. */
const SCHEMA_BYTES = 48;

function schemaMessage(bytes: Uint8Array, version: number, schemaAt: number): Uint8Array {
  const message = new Uint8Array(SCHEMA_BYTES + bytes.length);
  message.set(bytes, SCHEMA_BYTES);
  const view = new DataView(message.buffer);
  view.setInt32(0, -1, true);
  view.setInt32(4, message.length - 8, true);
  // Where the message is, and where in it its version, the kind of what it is about, that itself, and the length of a body.
  view.setUint32(8, 16, true);
  [12, 20, 4, 6, 8, 12].forEach((value, i) => view.setUint16(12 + 2 * i, value, true));
  view.setInt32(24, 12, true);
  view.setInt16(28, version, true);
  view.setUint8(30, 1);
  view.setUint32(32, SCHEMA_BYTES + schemaAt - 32, true);
  return message;
}
