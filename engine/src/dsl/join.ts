import { MillraceError } from '../columns/error.js';
import { joinNode } from '../plan/build.js';
import { JOIN_SIDES } from '../plan/join.js';
import type { JoinHow } from '../plan/nodes/join.js';
import type { PlanNode } from '../plan/plan.js';
import { columnsProxy } from './exprMethods.js';
import type { BoolExpr, ColumnsOf } from './expressions.js';
import {
  joinKeys,
  RIGHT_SUFFIX,
  type InnerJoined,
  type LeftJoined,
  type LeftKeys,
  type Optional,
  type RightPart,
} from './joinKeys.js';
import type { Flat, Kind, Kinds } from './kinds.js';
import { toExpr } from './literals.js';
import { made } from './origin.js';
import { liftFunctions } from './udf.js';
import { usingAll } from './usage.js';

export type { JoinHow };

/** What `join` takes beside the other rows. */
export interface JoinOptions<Left, Right, By, How extends JoinHow, Suffix extends string> {
  /** The columns that have to be equal: `'symbol'`, several, or `{ customer: 'id' }`. None: every row meets every other, or `where` says which. */
  readonly by?: By;
  /**
   * Which rows there are beside those that meet (`'inner'`): `'left'`, `'right'`, `'full'` have those of a side that meet none, with NULLs in the place of
   * the other; `'semi'` and `'anti'` have left rows alone: those that meet any, once each, and those that meet none.
   */
  readonly how?: How;
  /** What else has to be true for two rows to meet. */
  readonly where?: (left: ColumnsOf<Left>, right: ColumnsOf<Right>) => BoolExpr<boolean | null>;
  /** What is put behind a right column's name that the left has as well (`'_right'`). */
  readonly suffix?: Suffix;
}

/** The left columns where a row may be of the right side alone: the keys are its own then. */
type LeftPart<Left, By> = Pick<Left, LeftKeys<By> & keyof Left> &
  Optional<Omit<Left, LeftKeys<By> & keyof Left>>;

/** A row of a join. */
export type Joined<Left, Right, By, How extends JoinHow, Suffix extends string> = How extends 'inner'
  ? InnerJoined<Left, Right, By, Suffix>
  : How extends 'left'
    ? LeftJoined<Left, Right, By, Suffix>
    : How extends 'right'
      ? Flat<LeftPart<Left, By> & RightPart<Left, Right, By, Suffix>>
      : How extends 'full'
        ? Flat<LeftPart<Left, By> & Optional<RightPart<Left, Right, By, Suffix>>>
        : Left;

/** What two collections give together: two tables a table, anything else a table that keeps changing. */
export type JoinedKinds<K extends Kind, Other extends Kind, Row> = [K, Other] extends ['Table', 'Table']
  ? Kinds<Row>['Table' & Kind]
  : Kinds<Row>['StreamTable' & Kind];

/** Options of `join` for the plan. */
interface PlainOptions {
  readonly by?: unknown;
  readonly how?: JoinHow;
  readonly where?: (left: never, right: never) => unknown;
  readonly suffix?: string;
}

/** The plan of `join`; `bounded`: both inputs are tables. */
export function joinPlan(left: PlanNode, right: PlanNode, options: PlainOptions, bounded: boolean): PlanNode {
  const { by, how = 'inner', where, suffix = RIGHT_SUFFIX } = options;
  const predicate =
    where === undefined
      ? null
      : usingAll(
          'join',
          () => toExpr(where(columnsProxy(JOIN_SIDES[0]), columnsProxy(JOIN_SIDES[1])) as never),
          root => [root],
        );
  if (predicate !== null && liftFunctions(left, [predicate]).temporary.length > 0) {
    throw new MillraceError(
      'MR2171',
      'the where of join() cannot call a function of yours: it is asked of pairs of rows while they are joined.',
      'Compute what it needs before: .derive(t => ({ score: score(t.text) })), and compare that.',
    );
  }
  const node = { inputs: [left, right] as const, how, keys: joinKeys(by), where: predicate, suffix, bounded };
  return made(joinNode(node));
}
