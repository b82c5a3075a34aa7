import { readArrowFooter, readArrowMessage } from '../../codecs/arrowMessage.js';
import type { ArrowFooter, ArrowMessage } from '../../codecs/arrowMessage.js';
import { guardArrowSchema } from '../../codecs/arrowSchemaGuard.js';
import { MillraceError } from '../../columns/error.js';
import { readBytes } from '../../sources/bytes.js';
import type { ByteInput } from '../../sources/bytes.js';
import { SourceError } from '../../sources/error.js';
import type { ArrowSchemaField } from './typedColumns.js';

const MAGIC = 'ARROW1';
/** What describes a batch is of some bytes a column: this is out of all proportion. */
const MOST_METADATA = 64 << 20;

/** A message in its place. */
export interface PlacedMessage extends ArrowMessage {
  /** Where it begins itself. */
  readonly start: number;
  /** Where its body begins in the file. */
  readonly body: number;
  /** Where the next message begins. */
  readonly end: number;
}

/** How an Arrow IPC file or stream is laid out. */
export interface ArrowLayout {
  readonly label: string;
  readonly fields: readonly ArrowSchemaField[];
  /** Where the first message behind the schema begins. */
  readonly start: number;
  /** Where each dictionary and each batch begins: a file tells so at its end, a stream does not. */
  readonly index: Pick<ArrowFooter, 'dictionaries' | 'batches'> | null;
}

/** Reads what stands before the rows, and a file's index behind them. Errors `MR3207` (no Arrow), `MR3208` (a form of it that is not read). */
export async function readArrowLayout(input: ByteInput): Promise<ArrowLayout> {
  const { label } = input;
  const head = await readBytes(input, 0, MAGIC.length);
  const magic = new TextDecoder('latin1').decode(head.subarray(0, MAGIC.length));
  if (magic.startsWith('FEA1')) {
    throw new SourceError(
      'MR3208',
      `${label} is a Feather file of version 1.`,
      'Write it again as version 2: pyarrow.feather.write_feather(table, path).',
    );
  }
  if (magic !== MAGIC) return { label, ...(await readSchema(input, 0)), index: null };
  // What is compressed is read from its beginning on: a file's messages stand there as those of a stream do.
  if (input.size === Infinity) return { label, ...(await readSchema(input, 8)), index: null };
  const index = await readIndex(input);
  return { label, fields: await fieldsOfSchema(label, index.schema), start: 0, index };
}

async function readSchema(input: ByteInput, from: number) {
  const message = await messageAt(input, from);
  if (message?.kind !== 'schema') throw brokenArrow(input.label, 'it does not begin with a schema');
  const bytes = await readBytes(input, from, message.body - from);
  return {
    fields: await fieldsOfSchema(input.label, bytes.subarray(0, message.body - from)),
    start: message.end,
  };
}

async function fieldsOfSchema(label: string, message: Uint8Array): Promise<readonly ArrowSchemaField[]> {
  const start =
    new DataView(message.buffer, message.byteOffset, message.byteLength).getInt32(0, true) === -1 ? 8 : 4;
  guardArrowSchema(new DataView(message.buffer, message.byteOffset + start, message.byteLength - start));
  const { tableFromIPC } = await import('@uwdata/flechette');
  const { schema } = tableFromIPC(message);
  if (schema.fields.length === 0) throw brokenArrow(label, 'it has no columns');
  if (schema.endianness === 0) return schema.fields as ArrowSchemaField[];
  throw new SourceError(
    'MR3208',
    `${label} has its numbers in big-endian order.`,
    'Write it on another machine.',
  );
}

async function readIndex(input: ByteInput): Promise<ArrowFooter> {
  const tail = MAGIC.length + 4;
  const end = await readBytes(input, input.size - tail, tail);
  if (new TextDecoder('latin1').decode(end.subarray(4, tail)) !== MAGIC) {
    throw brokenArrow(input.label, 'it does not end as it should');
  }
  const length = new DataView(end.buffer).getInt32(0, true);
  if (length <= 0 || length > input.size - tail) throw brokenArrow(input.label, 'its index is not there');
  const footer = await readBytes(input, input.size - tail - length, length);
  return readArrowFooter(footer.subarray(0, length));
}

/** The message at a position; null at the end of the messages. */
export async function messageAt(input: ByteInput, position: number): Promise<PlacedMessage | null> {
  const head = await readBytes(input, position, 8);
  if (head.length < 5) return null;
  const view = new DataView(head.buffer);
  // Before version 0.15 the length stood alone.
  const isMarked = view.getInt32(0, true) === -1;
  if (isMarked && head.length < 9) throw brokenArrow(input.label, 'it ends in the middle of a message');
  const length = view.getInt32(isMarked ? 4 : 0, true);
  const from = position + (isMarked ? 8 : 4);
  if (length === 0) return null;
  if (length < 0 || length > MOST_METADATA || from + length > input.size) {
    throw brokenArrow(input.label, 'it ends in the middle of a message, or has no messages at all');
  }
  const metadata = await readBytes(input, from, length);
  const message = readArrowMessage(new DataView(metadata.buffer, 0, length));
  const body = from + length;
  const end = body + message.bodyLength;
  if (message.bodyLength < 0 || end > input.size) {
    throw brokenArrow(input.label, 'it ends in the middle of a batch');
  }
  return { ...message, start: position, body, end };
}

/** What went wrong while bytes were read as Arrow, as an error that says so: whatever is not at its place ends in one. */
export function arrowError(label: string, error: unknown): unknown {
  if (error instanceof MillraceError) return error;
  return brokenArrow(label, error instanceof Error ? error.message : String(error));
}

function brokenArrow(label: string, reason: string): SourceError {
  return new SourceError(
    'MR3207',
    `${label} is no readable Arrow file: ${reason}.`,
    'Was it written to its end? Arrow IPC files and streams are read, and Feather version 2.',
  );
}
