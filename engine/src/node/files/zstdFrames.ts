/** The magic number of a frame, and those of frames to be skipped (their last four bits are free). */
const FRAME = 0xfd2fb528;
const SKIPPED = 0x184d2a50;
/** How much of its own output a decoder has to keep for a frame: more is refused. `zstd` itself asks for 8 MB at most by default, `--ultra -22` for 128. */
export const MOST_WINDOW = 64 << 20;
/** Blocks have this many bytes of content at most. */
const MOST_BLOCK = 128 << 10;

type Step = 'frame' | 'block' | 'content' | 'checksum' | 'skipped';

/**
 * Follows the frames and blocks of a zstd stream without unpacking them, and refuses, before a decoder makes room for it, a
 * window that is too large. Throws RangeError with the reason.
 */
export class ZstdFrames {
  #step: Step = 'frame';
  /** Bytes of a header that has not come whole. */
  #held = new Uint8Array(0);
  /** Bytes still to be passed over. */
  #left = 0;
  #hasChecksum = false;
  #isLast = false;

  /** Whether the bytes so far are whole frames. */
  get isWhole(): boolean {
    return this.#step === 'frame' && this.#held.length === 0;
  }

  add(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, rest.length);
        this.#left -= passed;
        rest = rest.subarray(passed);
        if (this.#left === 0) this.#passed();
        continue;
      }
      const header = this.#held.length === 0 ? rest : joined(this.#held, rest);
      const length = this.#header(header);
      if (length < 0) {
        this.#held = header.slice();
        return;
      }
      rest = header.subarray(length);
      this.#held = new Uint8Array(0);
      if (this.#left === 0) this.#passed();
    }
  }

  /** What comes behind a header or what it stands for. */
  #passed(): void {
    if (this.#step === 'content') {
      this.#step = !this.#isLast ? 'block' : this.#hasChecksum ? 'checksum' : 'frame';
      if (this.#step === 'checksum') this.#left = 4;
    } else if (this.#step !== 'block') {
      this.#step = 'frame';
    }
  }

  /** Reads the header that begins here; returns its length, or -1 where it has not come whole. */
  #header(bytes: Uint8Array): number {
    return this.#step === 'block' ? this.#block(bytes) : this.#frame(bytes);
  }

  #frame(bytes: Uint8Array): number {
    if (bytes.length < 9) return -1;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const magic = view.getUint32(0, true);
    if (magic >>> 4 === SKIPPED >>> 4) {
      this.#step = 'skipped';
      this.#left = view.getUint32(4, true);
      return 8;
    }
    if (magic !== FRAME) throw new RangeError('a frame does not begin as zstd does');
    const flags = bytes[4];
    if ((flags & 8) !== 0) throw new RangeError('a frame has a flag that is reserved');
    const isSingle = (flags & 32) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][flags & 3];
    const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6];
    const sizeAt = 5 + (isSingle ? 0 : 1) + dictionaryBytes;
    const length = sizeAt + sizeBytes;
    if (bytes.length < length) return -1;
    const window = isSingle ? contentSize(view, sizeAt, sizeBytes) : windowSize(bytes[5]);
    if (window > MOST_WINDOW) {
      const megabytes = Math.ceil(window / (1 << 20));
      throw new RangeError(`it asks for a window of ${megabytes} MB, and ${MOST_WINDOW >> 20} MB are given`);
    }
    this.#hasChecksum = (flags & 4) !== 0;
    this.#step = 'block';
    return length;
  }

  #block(bytes: Uint8Array): number {
    if (bytes.length < 3) return -1;
    const header = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
    const size = header >> 3;
    const form = (header >> 1) & 3;
    if (form === 3) throw new RangeError('a block is of no known form');
    if (size > MOST_BLOCK) throw new RangeError('a block is larger than blocks may be');
    this.#isLast = (header & 1) !== 0;
    this.#step = 'content';
    // One byte stands for as many of its kind as the size says.
    this.#left = form === 1 ? 1 : size;
    return 3;
  }
}

function contentSize(view: DataView, at: number, length: number): number {
  if (length === 1) return view.getUint8(at);
  if (length === 2) return view.getUint16(at, true) + 256;
  return length === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
