import type { Field } from '../../columns/types.js';

/** How event time is read from a source's rows. Durations are microseconds. */
export interface TimeSpec {
  /** The timestamp column that is the rows' event time. */
  readonly column: string;
  /** How far rows may lag behind the highest event time seen; null: the disorder of the sample. */
  readonly boundUs: number | null;
  /** A source silent for this long stops holding others back; null: never. */
  readonly idleTimeoutUs: number | null;
  /** A column that orders rows of one event time, after which arrival does; null: arrival alone. */
  readonly sequence: string | null;
}

/** Rows from outside: a connector by its registered name and that connector's own options as plain data. */
export interface SourceNode {
  readonly kind: 'source';
  /** The name that users, `session.use` and messages know the source by. */
  readonly name: string;
  /** A name of the source registry: `file`, `webSocket`, `market`, `values`. */
  readonly connector: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The declared schema; null: inferred from a sample. */
  readonly fields: readonly Field[] | null;
  readonly time: TimeSpec | null;
  /** Whether the session clock lets the rows out as their time comes (a replay); if not, they are read whole at once (a table). */
  readonly clocked: boolean;
}
