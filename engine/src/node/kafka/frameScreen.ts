/** An answer of a broker has so many bytes at most: it is asked for 8 MB at once, and one batch may be larger. */
const MOST_FRAME = 64 << 20;

/**
 * Cuts what a broker sends into answers, each behind its length. Nothing is kept of an answer that says it is larger than any may be, so that
 * memory is bounded by what has come, and not by what is announced. Throws `RangeError`.
 */
export class FrameScreen {
  #pieces: Buffer[] = [];
  #length = 0;
  /** How long the answer is that has begun, with its length; 0: not known yet. */
  #wanted = 0;

  /** The answers, with their lengths in front, that are whole now. */
  *add(chunk: Buffer): Generator<Buffer> {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      if (this.#wanted === 0) {
        if (this.#length < 4) return;
        const size = this.#joined().readInt32BE(0);
        if (size < 4 || size > MOST_FRAME)
          throw new RangeError(`an answer of ${size} bytes, and ${MOST_FRAME >> 20} MB are read at most`);
        this.#wanted = size + 4;
      }
      if (this.#length < this.#wanted) return;
      const all = this.#joined();
      const frame = all.subarray(0, this.#wanted);
      const rest = all.subarray(this.#wanted);
      this.#pieces = rest.length === 0 ? [] : [rest];
      this.#length = rest.length;
      this.#wanted = 0;
      yield frame;
    }
  }

  #joined(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces, this.#length)];
    return this.#pieces[0];
  }
}
