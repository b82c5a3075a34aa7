/** The data of `PIN_MIME` for a file: which one a notebook was made with, and what it gave. */
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

/** The data of `PIN_MIME` for a result: what a query gave at its end. */
export interface PinnedResultOutput {
  /** The name under which it is pinned. */
  readonly result: string;
  /** Of its rows in whatever order, as hexadecimal digits. */
  readonly hash: string;
  readonly rows: number;
  /** Name and type, as users write it. */
  readonly columns: readonly (readonly [name: string, type: string])[];
}
