/** How far a write is. */
export interface WriteProgress {
  readonly writeId: string;
  /** The cell that made it; null: none. */
  readonly owner: string | null;
  /** What it writes to: the kind, and the file's, table's or topic's name. */
  readonly sink: string;
  /** `retrying`: the sink does not take rows now, which are kept until it does. */
  readonly state: 'writing' | 'retrying' | 'ended' | 'stopped' | 'failed';
  /** Whether it goes on until it is stopped. */
  readonly live: boolean;
  /** Rows that the sink has. */
  readonly rows: number;
  readonly bytes: number;
  /** Over the last ten seconds. */
  readonly rowsPerSecond: number;
  /** Rows that wait for the sink. */
  readonly waiting: number;
  /** For how many milliseconds the oldest of these has been waiting: how far the sink is behind its source. */
  readonly lagMs: number;
  /** How often rows were given to the sink again. */
  readonly retries: number;
  /** Why it failed, or why the sink does not take rows now. */
  readonly error: string | null;
  /** What else the sink counts, by name. */
  readonly counts: Readonly<Record<string, number>>;
}
