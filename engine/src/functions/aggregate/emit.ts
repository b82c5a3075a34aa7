/** What the text of a part of the state may refer to. Every text is of one row, or one group, and reads as plain JavaScript. */
export interface EmitContext {
  /** The element of a state lane for the group, to read and to assign. */
  lane(name: string): string;
  /** The array that holds the cells of groups, and the place of one in it, for helpers: of any lane but int64 and objects. */
  readonly cells: string;
  cell(name: string): string;
  /** The arguments' values: never NULL here, variables without side effects. An int64 is a bigint where `wide`. */
  readonly args: readonly string[];
  /** Which arguments are int64-like, so that they are bigints where `wide`. */
  readonly int64: readonly boolean[];
  /** The arguments as numbers: rounded where a wide int64 has to be, a decimal's true value. */
  readonly numbers: readonly string[];
  /** The arguments as object lanes hold them: integers as numbers where they are safe, else bigints; strings as codes. */
  readonly held: readonly string[];
  /** The row's event time in ticks, and its sequence; null where there is none. */
  readonly time: string | null;
  readonly sequence: string | null;
  /** The same as object lanes hold them; 0 where there is none. */
  readonly heldTime: string;
  readonly heldSequence: string;
  /** Whether int64 lanes and arguments are BigInts. */
  readonly wide: boolean;
  /** The arguments' dictionaries, for comparisons; `null` where an argument has none. */
  readonly dictionaries: readonly string[];
  /**
   * How many rows the group has that this part sees: while a row is added, those before it; while one is taken back, those that are left.
   * Kept where rows may be taken back or the aggregate counts.
   */
  readonly seen: string;
}

/** The other group of a merge: its lanes, and where it lies. */
export interface MergeContext extends EmitContext {
  other(name: string): string;
}

/** What the text of a value may refer to. */
export interface ValueContext {
  /** One of the aggregate's parts. */
  part(name: string): Pick<EmitContext, 'lane' | 'cells' | 'cell' | 'dictionaries' | 'wide'>;
  readonly seen: string;
  /** The end of the group's window in µs; NaN without windows. */
  readonly end: string;
}
