/** Numbers of a sequence that have not come, from the first to the last; those beyond 2^53 as text. */
export interface MissingNumbers {
  /** The values of `by`, with ` / ` between them; null where there is one sequence. */
  readonly key: string | null;
  readonly from: number | string;
  readonly to: number | string;
}

/** How history and the live rows behind it meet. */
export interface MeetingStats {
  /** `history`: it is being read, and what is live waits; `met`: it has ended, and live rows go on as they come. */
  readonly state: 'history' | 'met';
  /** Rows of history, and how many of them had come before. */
  readonly history: { readonly rows: number; readonly duplicates: number };
  /**
   * Live rows, and how many of them had come before, from history or live. `waiting` wait for the end of history now; `waited` is how many did when
   * it came.
   */
  readonly live: {
    readonly rows: number;
    readonly duplicates: number;
    readonly waiting: number;
    readonly waited: number;
  };
  /** Rows left out because their numbers are so old that nobody knows any more whether they have come. */
  readonly old: number;
  /** Rows without a number or an id, or with one that is not of the sequence: they are passed on, since nothing says that they came before. */
  readonly unnumbered: number;
  /** How many numbers between the lowest and the highest of their key have not come; null where rows have ids, which have no order. */
  readonly missing: number | null;
  /** Which these are: the first hundred runs of them. */
  readonly gaps: readonly MissingNumbers[];
  /** How many keys have come from both, and from one alone; null where rows have ids. */
  readonly keys: { readonly both: number; readonly onlyHistory: number; readonly onlyLive: number } | null;
}
