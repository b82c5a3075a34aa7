/** The data of `PIN_MIME`: which file a notebook was made with, and what it gave. */
export interface PinOutput {
  /** The file, from the notebook's folder. */
  readonly file: string;
  /** SHA-256, as hexadecimal digits: of a recording's arrivals, or of another file's bytes. */
  readonly hash: string;
  readonly rows: number;
  /** The earliest and the latest event time, as ISO text; null where there is none. */
  readonly from: string | null;
  readonly to: string | null;
}
