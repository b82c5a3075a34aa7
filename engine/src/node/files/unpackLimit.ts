import { SourceError } from '../../sources/error.js';

/** How many bytes of content a byte of a compressed file may stand for, unless an option says otherwise. */
export const MOST_RATIO = 200;
/** So many bytes of content may stand in a file at any ratio. */
const FREE_BYTES = 16 << 20;

/**
 * Stops the reading of compressed content that is out of all proportion to its file, before it fills memory or takes for ever.
 * Error `MR3701`.
 */
export class UnpackLimit {
  #unpacked = 0;

  constructor(
    private readonly label: string,
    private readonly ratio = MOST_RATIO,
  ) {}

  /** Takes note of so many bytes of content, behind which `packed` bytes of the file in all have been read. */
  add(unpacked: number, packed: number): void {
    this.#unpacked += unpacked;
    if (this.#unpacked > FREE_BYTES && this.#unpacked > this.ratio * packed)
      throw tooDense(this.label, this.ratio);
  }
}

/** The error of content that is more than so many times as long as its file. */
export function tooDense(label: string, ratio: number): SourceError {
  return new SourceError(
    'MR3701',
    `${label} unpacks to more than ${ratio} times its size, which few files of data do and all bombs.`,
    `If it is meant to: { maxRatio: ${ratio * 10} }.`,
  );
}

/** The error of a compressed file that is damaged, or cut off. */
export function damaged(label: string, reason: string): SourceError {
  return new SourceError(
    'MR3702',
    `${label} cannot be unpacked: ${reason}.`,
    'Was it written, or copied, to its end?',
  );
}
