/** Bytes that can be read from any place: a file, or memory. */
export interface ByteInput {
  /** What messages call it. */
  readonly label: string;
  /** How many bytes there are; Infinity where that is known at the end only. */
  readonly size: number;
  /** Reads up to `length` bytes from `position` into `into` at `offset`; returns how many were read, 0 at the end. */
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Reads `length` bytes from a position on, fewer at the end. One more byte stands behind them, for decoders. */
export async function readBytes(
  input: ByteInput,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const wanted = Math.max(0, Math.min(length, input.size - position));
  const bytes = new Uint8Array(wanted + 1);
  let filled = 0;
  while (filled < wanted) {
    const read = await input.read(bytes, filled, wanted - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled + 1);
}

/** Opens an input for somebody who may be done before it is open: then it is closed again, and null comes back. */
export async function openUnlessDone(
  open: () => Promise<ByteInput>,
  isDone: () => boolean,
): Promise<ByteInput | null> {
  const input = await open();
  if (!isDone()) return input;
  await input.close();
  return null;
}

/** Bytes in memory as an input, for tests and for data that is there already. */
export function memoryInput(bytes: Uint8Array, label = 'memory', chunk = Infinity): ByteInput {
  return {
    label,
    size: bytes.length,
    read(into, offset, length, position) {
      const count = Math.max(0, Math.min(length, chunk, bytes.length - position));
      into.set(bytes.subarray(position, position + count), offset);
      return Promise.resolve(count);
    },
    close: () => Promise.resolve(),
  };
}

/** An input of at most `most` bytes as memory, read at once and closed; a larger one as it is. What is looked at from many sides costs one call to the system then. */
export async function inMemory(input: ByteInput, most = 256 << 10): Promise<ByteInput> {
  if (input.size > most) return input;
  try {
    const bytes = await readBytes(input, 0, input.size);
    return memoryInput(bytes.subarray(0, -1), input.label);
  } finally {
    await input.close();
  }
}

/** An input that is read in larger pieces than it is asked for: small pieces one behind the other cost no call to the system each. */
export function readAhead(input: ByteInput, size = 1 << 20): ByteInput {
  let window = new Uint8Array(0);
  let start = 0;
  let filled = 0;
  return {
    label: input.label,
    size: input.size,
    async read(into, offset, length, position) {
      if (length >= size) return input.read(into, offset, length, position);
      if (position < start || position + length > start + filled) {
        if (window.length === 0) window = new Uint8Array(Math.min(size, input.size));
        start = position;
        filled = await input.read(window, 0, window.length, position);
      }
      const from = position - start;
      const count = Math.max(0, Math.min(length, filled - from));
      into.set(window.subarray(from, from + count), offset);
      return count;
    },
    close: () => input.close(),
  };
}

/** The part of an input from `start` on, `size` bytes long. */
export function partOf(input: ByteInput, label: string, start: number, size: number): ByteInput {
  return {
    label,
    size,
    read(into, offset, length, position) {
      return input.read(into, offset, Math.max(0, Math.min(length, size - position)), start + position);
    },
    close: () => input.close(),
  };
}

/** Bytes that come one behind the other, such as those of a compressed file. */
export type ByteStream = AsyncGenerator<Uint8Array, void>;

/** A stream as an input of unknown size: it is read forwards, and begins anew for a place before the one that it has reached. */
export function streamInput(label: string, start: () => ByteStream, close: () => Promise<void>): ByteInput {
  let stream: ByteStream | null = null;
  let chunk = new Uint8Array(0);
  /** The first byte of the chunk that has not been passed, in the chunk and among all. */
  let at = 0;
  let reached = 0;
  return {
    label,
    size: Infinity,
    async read(into, offset, length, position) {
      if (position < reached || stream === null) {
        await stream?.return();
        stream = start();
        chunk = new Uint8Array(0);
        at = reached = 0;
      }
      for (;;) {
        const passed = Math.min(position - reached, chunk.length - at);
        at += passed;
        reached += passed;
        if (at < chunk.length) break;
        const next = await stream.next();
        if (next.done === true) return 0;
        chunk = next.value as Uint8Array<ArrayBuffer>;
        at = 0;
      }
      const count = Math.min(length, chunk.length - at);
      into.set(chunk.subarray(at, at + count), offset);
      at += count;
      reached += count;
      return count;
    },
    async close() {
      await stream?.return();
      await close();
    },
  };
}

/** All bytes of an input from a place on, in pieces of their own. */
export async function* chunksOf(input: ByteInput, size = 256 << 10): ByteStream {
  for (let position = 0; ;) {
    const bytes = new Uint8Array(Math.max(1, Math.min(size, input.size - position)));
    const read = await input.read(bytes, 0, bytes.length, position);
    if (read === 0) return;
    position += read;
    yield bytes.subarray(0, read);
  }
}
