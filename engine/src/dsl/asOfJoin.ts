import type { Temporal } from 'temporal-polyfill';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { asOfJoinNode } from '../plan/build.js';
import type { AsOfDirection } from '../plan/nodes/asOfJoin.js';
import type { PlanNode } from '../plan/plan.js';
import { joinKeys, RIGHT_SUFFIX } from './joinKeys.js';
import type { InnerJoined, JoinBy, LeftJoined, RightSuffix } from './joinKeys.js';
import type { Flat, Kind, Kinds } from './kinds.js';

/** What `asOfJoin` takes beside the right rows. */
export interface AsOfOptions<By, Suffix extends string, Time extends string, How, Emit> {
  /** The columns that have to be equal: a name that both have, several, or left names with the right ones, `{ ticker: 'symbol' }`. NULL equals nothing. */
  readonly by?: By;
  /** How far apart two rows may be, both ends included: `'2 s'`. Not given: any distance. */
  readonly tolerance?: DurationText;
  /** The last right row before a left one (`backward`), the first one after it (`forward`), or the one less far away (`nearest`). */
  readonly direction?: AsOfDirection;
  /** Whether rows of the same time meet (true). */
  readonly allowExactMatches?: boolean;
  /** What is put behind the name of a right column that the left has as well (`_right`). */
  readonly suffix?: Suffix;
  /** A name under which the right row's time is in the result. */
  readonly rightTime?: Time;
  /** Whether left rows that meet none are there too, their right columns NULL (`left`), or left out (`inner`). */
  readonly how?: How;
  /** `close`: each row once, when its match is certain. `change`: at once, and again whenever its match changes. */
  readonly emit?: Emit;
}

/** What `temporalJoin` takes beside the right rows. */
export interface TemporalOptions<By, Suffix extends string, Time extends string, How> {
  /** The columns that have to be equal, the right table's key among them: see `AsOfOptions`. */
  readonly by: By;
  readonly suffix?: Suffix;
  /** A name under which the version's time is in the result. */
  readonly rightTime?: Time;
  /** Whether rows without a version are there too, their right columns NULL (`left`), or left out (`inner`). */
  readonly how?: How;
}

/** The right columns without a time that the left has under the same name. */
type WithoutTime<Left, Right> = {
  [
    C in keyof Right as C extends keyof Left
      ? [NonNullable<Right[C]>] extends [Temporal.Instant]
        ? never
        : C
      : C
  ]: Right[C];
};

/** A row of an as-of join. */
export type AsOfJoined<
  Left,
  Right,
  By,
  Suffix extends string = RightSuffix,
  Time extends string = never,
  How = 'left',
> = Flat<
  How extends 'inner'
    ? InnerJoined<Left, WithoutTime<Left, Right>, By, Suffix> & { [T in Time]: Temporal.Instant }
    : LeftJoined<Left, WithoutTime<Left, Right>, By, Suffix> & { [T in Time]: Temporal.Instant | null }
>;

/** What has rows that an as-of join can look up: a table where the left is one, else a stream or a table. */
export type AsOfRight<K extends Kind, Row> = K extends 'Table'
  ? Kinds<Row>['Table' & Kind]
  : Kinds<Row>[('Stream' | 'Table') & Kind];

/** What has versions that a temporal join can look up. */
export type VersionsOf<K extends Kind, Row> = K extends 'Table'
  ? Kinds<Row>['Table' & Kind]
  : Kinds<Row>[Kind];

/** What `asOfJoin` gives: of a stream, a table that keeps changing where rows are told at once. */
export type AsOfKinds<Row, Emit> = {
  [K in Kind]: Kinds<Row>[K extends 'Stream' ? ('change' extends Emit ? 'StreamTable' : 'Stream') & Kind : K];
};

/** Options as they come, whatever their types say. */
interface GivenOptions {
  readonly by?: unknown;
  readonly tolerance?: DurationText;
  readonly direction?: AsOfDirection;
  readonly allowExactMatches?: boolean;
  readonly suffix?: string;
  readonly rightTime?: string;
  readonly how?: 'left' | 'inner';
  readonly emit?: 'close' | 'change';
}

/** The plan of an as-of join, or of a temporal one (`versions`). */
export function asOfPlan(left: PlanNode, right: unknown, options: GivenOptions, versions: boolean): PlanNode {
  const { direction = 'backward', how = 'left', emit = 'close', tolerance } = options;
  requireOneOf('direction', direction, ['backward', 'forward', 'nearest']);
  requireOneOf('how', how, ['left', 'inner']);
  requireOneOf('emit', emit, ['close', 'change']);
  const keys = joinKeys(options.by as JoinBy<unknown, unknown> | undefined);
  if (versions && keys.length === 0) {
    throw new MillraceError(
      'MR2159',
      'temporalJoin() needs the columns that say whose version is meant.',
      "Write temporalJoin(rates, { by: 'currency' }).",
    );
  }
  return asOfJoinNode({
    inputs: [left, (right as { readonly plan: PlanNode }).plan],
    keys,
    direction,
    toleranceUs: tolerance === undefined ? null : parseDuration(tolerance, 'a tolerance'),
    exact: options.allowExactMatches ?? true,
    suffix: options.suffix ?? RIGHT_SUFFIX,
    rightTime: options.rightTime ?? null,
    how,
    emit,
    versions,
  });
}

function requireOneOf(option: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new MillraceError(
    'MR2158',
    `${option} is ${choices.map(choice => `'${choice}'`).join(' or ')}, not '${value}'.`,
    `Write { ${option}: '${choices[0]}' }, which also goes without saying.`,
  );
}
