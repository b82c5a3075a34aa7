/** Bytes that can be read from any place: a file, or memory. */
export interface ByteInput {
  /** What messages call it. */
  readonly label: string;
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
