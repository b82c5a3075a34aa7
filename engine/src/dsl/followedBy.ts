import { MillraceError } from '../columns/error.js';
import { followedByNode } from '../plan/build.js';
import type { FollowedByIdentity, FollowedByNode } from '../plan/nodes/followedBy.js';
import type { PlanNode } from '../plan/plan.js';
import { made } from './origin.js';
import type { NameIn } from './types.js';

/** The columns that two rows do not both have in one type; live values may be NULL only where those of history may be. */
type Differing<Row, Live> = {
  [C in (keyof Row | keyof Live) & string]: C extends keyof Row & keyof Live
    ? [Live[C], NonNullable<Row[C]>] extends [Row[C], NonNullable<Live[C]>]
      ? never
      : C
    : C;
}[(keyof Row | keyof Live) & string];

/** What live rows are asked for beside being rows: the columns of history, in their types. */
export type SameColumns<Row, Live> = [Differing<Row, Live>] extends [never]
  ? unknown
  : { readonly differs: `column '${Differing<Row, Live>}' is not the same on both sides` };

/** What every `followedBy` takes. */
interface EveryFollowedBy<Row> {
  /** The columns of what is numbered, or named, on its own, such as an instrument; not given: all rows together. */
  readonly by?: NameIn<Row> | readonly NameIn<Row>[];
  /** How many bytes of live rows may wait for the end of history (64 MB). Then the sender is held back, or as the feed's `whenFull` says. */
  readonly maxBufferBytes?: number;
}

/** For rows that are numbered: whole numbers that go up by one. */
export interface NumberedFollowedBy<Row> extends EveryFollowedBy<Row> {
  /** The column of the numbers. What is missing between history and live is known, number by number. */
  readonly sequence: NameIn<Row>;
  /** Where numbers begin anew after `last`: the first one (0), and the last one. */
  readonly first?: number;
  readonly last?: number;
  readonly id?: never;
  readonly remember?: never;
}

/** For rows that have ids of any order. */
export interface NamedFollowedBy<Row> extends EveryFollowedBy<Row> {
  /** The columns whose values are a row's own. Whether rows are missing cannot be known. */
  readonly id: NameIn<Row> | readonly NameIn<Row>[];
  /** How many of the last ids are remembered at least, in rows (1 million). */
  readonly remember?: number;
  readonly sequence?: never;
  readonly first?: never;
  readonly last?: never;
}

/** What `followedBy` takes. */
export type FollowedByOptions<Row> = NumberedFollowedBy<Row> | NamedFollowedBy<Row>;

const BUFFER_BYTES = 64 * 1024 * 1024;
const REMEMBERED = 1_000_000;

/** The plan of `followedBy`. */
export function followedByPlan(history: PlanNode, live: PlanNode, options: unknown): FollowedByNode {
  const { by, sequence, first, last, id, remember, maxBufferBytes } = (options ?? {}) as Readonly<
    Partial<Record<keyof NumberedFollowedBy<unknown>, unknown>>
  >;
  const identity = identityOf({ sequence, first, last, id: namesOf(id), remember });
  return made(
    followedByNode({
      inputs: [history, live],
      by: namesOf(by),
      identity,
      maxBufferBytes: count(maxBufferBytes, 'maxBufferBytes', BUFFER_BYTES),
      tells: 'rows',
    }),
  );
}

function identityOf(given: {
  readonly sequence: unknown;
  readonly first: unknown;
  readonly last: unknown;
  readonly id: readonly string[];
  readonly remember: unknown;
}): FollowedByIdentity {
  const { sequence, first = 0, last = null, id, remember } = given;
  if (typeof sequence === 'string' && id.length === 0) {
    const areNumbers = Number.isSafeInteger(first) && (last === null || Number.isSafeInteger(last));
    if (areNumbers && (last === null || (last as number) > (first as number)))
      return { sequence, first: first as number, last: last as number | null };
    throw new MillraceError(
      'MR1611',
      `followedBy() counts from ${String(first)} to ${String(last)}.`,
      'Where numbers begin anew after one, write { sequence, first: 0, last: 65535 }; else leave both out.',
    );
  }
  if (sequence === undefined && id.length > 0)
    return { id, remember: count(remember, 'remember', REMEMBERED) };
  throw new MillraceError(
    'MR1610',
    `followedBy() is told by ${id.length > 0 ? 'both a sequence and an id' : 'neither a sequence nor an id'} which rows are the same.`,
    "Write { sequence: 'seq', by: 'symbol' } for numbers that go up by one, or { id: 'tradeId' } for ids of any order.",
  );
}

function namesOf(names: unknown): readonly string[] {
  if (typeof names === 'string') return [names];
  return Array.isArray(names) ? (names as readonly string[]) : [];
}

function count(given: unknown, name: string, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (Number.isSafeInteger(given) && (given as number) > 0) return given as number;
  throw new MillraceError(
    'MR1611',
    `followedBy(): ${name} is ${String(given)}.`,
    `Write a whole number above zero, such as { ${name}: ${otherwise} }.`,
  );
}
