import { chunksOf, readBytes, type ByteInput } from '../../sources/bytes.js';
import { publicAddress } from '../../sources/address.js';
import type { RecordingStats } from '../../sources/recorder.js';
import type { World } from '../../sources/source.js';
import { compressionOf, unpackedInput } from '../files/compression.js';
import { UnpackLimit } from '../files/unpackLimit.js';
import type { RecordedKind } from './format.js';
import { MAX_ARRIVAL_BYTES, RecordingError } from './format.js';
import type { RecordingOutput } from './recordingOutput.js';
import { RecordingWriter } from './recordingWriter.js';

/** A line of a foreign raw format, as it is recorded; null: one that is not recorded. */
interface ForeignLine {
  readonly kind: RecordedKind;
  readonly atUs: number;
  readonly bytes: Uint8Array;
}

/** What an import has done. */
export interface Imported extends RecordingStats {
  /** What had been sent by the recorder of then: recordings keep what arrived. */
  readonly sent: number;
  /** Lines that are none of the format. */
  readonly skipped: number;
}

/** How much of a line says what it is. */
const HEAD_CHARACTERS = 64 << 10;
const encoder = new TextEncoder();

/** `<nanoseconds> <message>`, as hftbacktest's collectors write. */
const NANOSECONDS = /^(\d{16})\d{3} /;
/** `<seconds>: <message>`, `<url> <-> <seconds>` for a connection and `<url> <- <seconds>: <message>` for what was sent: cryptofeed's. */
const SECONDS = /^(\d{10})(?:\.(\d+))?: /;
const OPENED = /^(\w+:\/\/\S+) <-> (\d{10})(?:\.(\d+))?\s*$/;
const SENT = /^\w+:\/\/\S+ <- \d{10}/;

/**
 * Makes a recording of a file of lines that another program has written: messages with their receive times, plain or compressed by gzip or zstd. Errors
 * `MR3810` where the first line is of no format that is known, and those of `RecordingWriter`.
 */
export async function importRecording(
  input: ByteInput,
  /** Makes the file, once it is known that there is something to import. */
  makeOutput: () => Promise<RecordingOutput>,
  options: { readonly name: string; readonly decode: Readonly<Record<string, unknown>> },
  world: World,
): Promise<Imported> {
  const head = (await readBytes(input, 0, 4)).subarray(0, -1);
  const form = compressionOf(head);
  const text =
    form === 'gzip' || form === 'zstd'
      ? unpackedInput(input, form, () => new UnpackLimit(input.label))
      : input;
  const lines = linesOf(text);
  const first = await lines.next();
  const address = first.done === true ? null : addressOf(first.value, input.label);
  const writer = await RecordingWriter.begin(
    await makeOutput(),
    {
      name: options.name,
      address,
      options: options.decode,
      fields: null,
      time: null,
      createdUs: Math.round(world.now() * 1000),
    },
    world,
    { waitingBytes: Infinity },
  );
  const counts = { sent: 0, skipped: 0 };
  for (let line = first; line.done !== true; line = await lines.next()) {
    take(line.value, writer, counts);
    if (writer.isWriting) await writer.written();
    if (writer.error !== null) break;
  }
  return { ...(await writer.finish()), ...counts };
}

function take(line: Uint8Array, writer: RecordingWriter, counts: { sent: number; skipped: number }): void {
  const read = foreignLine(line);
  if (read === 'sent') counts.sent++;
  else if (read === null) counts.skipped++;
  else writer.add(read.kind, read.atUs, read.bytes);
}

/** The address that the first line tells; null where it tells none. */
function addressOf(line: Uint8Array, label: string): string | null {
  if (foreignLine(line) === null) {
    throw new RecordingError(
      'MR3810',
      `${label} is of no raw format that can be imported: its first line is '${shown(line)}'.`,
      "Lines '<nanoseconds> <message>' can be, and those of cryptofeed: '<seconds>: <message>'.",
    );
  }
  const opened = OPENED.exec(textOf(line));
  return opened === null ? null : publicAddress(opened[1]);
}

/** The beginning of a line, which may be anything. */
function shown(line: Uint8Array): string {
  return textOf(line)
    .slice(0, 60)
    .replace(/[^\x20-\x7e]/g, '·');
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, HEAD_CHARACTERS)).toString('latin1');
}

function foreignLine(line: Uint8Array): ForeignLine | 'sent' | null {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, 32)).toString('latin1');
  const nanoseconds = NANOSECONDS.exec(text);
  if (nanoseconds !== null) {
    return { kind: 'text', atUs: Number(nanoseconds[1]), bytes: line.subarray(nanoseconds[0].length) };
  }
  const seconds = SECONDS.exec(text);
  if (seconds !== null) {
    return {
      kind: 'text',
      atUs: microseconds(seconds[1], seconds[2]),
      bytes: line.subarray(seconds[0].length),
    };
  }
  const whole = textOf(line);
  const opened = OPENED.exec(whole);
  if (opened !== null) {
    const bytes = encoder.encode(publicAddress(opened[1]));
    return { kind: 'opened', atUs: microseconds(opened[2], opened[3]), bytes };
  }
  return SENT.test(whole) ? 'sent' : null;
}

function microseconds(seconds: string, fraction = ''): number {
  return Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** The lines of an input without their ends; what is longer than a message can be is cut. */
async function* linesOf(input: ByteInput): AsyncGenerator<Uint8Array, void> {
  let rest: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(input)) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end);
      yield withoutReturn(rest.length === 0 ? piece : Buffer.concat([...rest, piece]));
      rest = [];
      length = 0;
      from = end + 1;
    }
    const left = chunk.subarray(from);
    if (left.length > 0 && length <= MAX_ARRIVAL_BYTES) rest.push(left);
    length += left.length;
  }
  if (rest.length > 0) yield withoutReturn(Buffer.concat(rest));
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line[line.length - 1] === 13 ? line.subarray(0, -1) : line;
}
