import { MillraceError } from '../columns/error.js';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { rollingNode } from '../plan/build.js';
import type { FrameSpec, RollingColumn } from '../plan/nodes/rolling.js';
import type { PlanNode } from '../plan/plan.js';
import { columnsProxy } from './exprMethods.js';
import type { Aggregate, ColumnsOf } from './expressions.js';
import { AggregateValue } from './exprValue.js';
import type { Flat, Kind, Kinds } from './kinds.js';
import { made } from './origin.js';
import { RowFunctionValue, type RowFunction } from './rowFunctions.js';
import { usingAll } from './usage.js';

/**
 * The rows that aggregates see beside each row, of the same key and in event order:
 *
 * - `rows: 20`: the row itself and the 19 before it (Flink's `ROWS BETWEEN 19 PRECEDING AND CURRENT ROW`);
 * - `rows: [-20, -1]`: from 20 before to 1 before, the row itself left out;
 * - `range: '5 s'`: those of the last 5 seconds, both ends included, and with them all rows of the row's own time (Flink's `RANGE`);
 * - neither: all rows so far.
 *
 * A frame of time forgets a key without rows in it, so memory follows the keys that are there. Frames of rows, all rows so far and row
 * functions (`lag`, `ema`, `cumSum`, …) keep what they have seen of every key, for it may come again at any time. Of a table whose rows change all of its
 * rows are kept, but for windows that are final and in no frame any more; a change costs as much as the frame is long, or, where a column is made of
 * all rows so far, as there are rows of its key behind it.
 */
export interface RollingOptions<Row> {
  /** The key: rows of other keys are not seen. None: all rows have one. */
  readonly by?: (keyof Row & string) | readonly (keyof Row & string)[];
  readonly rows?: number | readonly [number, number];
  readonly range?: DurationText;
}

/** What `rolling().derive()` takes: aggregates and row functions by the new column's name. */
export type Rolled = Readonly<Record<string, Aggregate<unknown> | RowFunction<unknown>>>;

type RolledValue<V, Behind> =
  V extends RowFunction<infer T>
    ? T
    : V extends Aggregate<infer T>
      ? Behind extends true
        ? T | null
        : T
      : never;

/** A row with rolling columns added; one of the same name takes the old one's place. */
export type WithRolled<Row, D, Behind> = Flat<
  Omit<Row, keyof D> & { [C in keyof D]: RolledValue<D[C], Behind> }
>;

/** Rows with the rows around them: `derive` adds columns that are computed of those. */
export class Rolling<K extends Kind, Row, Behind extends boolean> {
  readonly #plan: PlanNode;
  readonly #over: <R>(plan: PlanNode) => Kinds<R>[K];
  readonly #keys: readonly string[];
  readonly #frame: FrameSpec | null;

  constructor(plan: PlanNode, over: <R>(plan: PlanNode) => Kinds<R>[K], options: RollingOptions<Row>) {
    this.#plan = plan;
    this.#over = over;
    this.#keys = options.by === undefined ? [] : typeof options.by === 'string' ? [options.by] : options.by;
    this.#frame = frameOf(options);
  }

  /**
   * Adds columns: aggregates of the frame, and row functions (`lag`, `lead`, `diff`, `rowNumber`, `ema`, …). One row out for each row in,
   * in event order, once the watermark has passed it.
   *
   * @example
   * trades.rolling({ by: 'symbol', rows: 20 }).derive(t => ({ ma: avg(t.price), high: max(t.price), change: diff(t.price) }))
   */
  derive<D extends Rolled>(columns: (columns: ColumnsOf<Row>) => D): Kinds<WithRolled<Row, D, Behind>>[K] {
    const added = usingAll(
      'rolling().derive',
      () => Object.entries(columns(columnsProxy())).map(([name, value]) => columnOf(name, value)),
      list => list.flatMap(({ call }) => (call.where === null ? call.args : [...call.args, call.where])),
    );
    const node = rollingNode({ input: this.#plan, keys: this.#keys, frame: this.#frame, columns: added });
    return this.#over<WithRolled<Row, D, Behind>>(made(node));
  }
}

function columnOf(name: string, value: unknown): RollingColumn {
  if (value instanceof RowFunctionValue) return { name, over: value.over, call: value.call };
  if (value instanceof AggregateValue) {
    const { fn, args, where, distinct, options } = value;
    return { name, over: 'frame', call: { fn, args, where, distinct, options } };
  }
  throw new MillraceError(
    'MR1310',
    `in rolling().derive(), '${name}' is neither an aggregate nor a row function.`,
    'Write avg(t.price), max(t.price), lag(t.price) …; and compute with the new columns in a derive() after it.',
  );
}

function frameOf({ rows, range }: RollingOptions<never>): FrameSpec | null {
  if (rows !== undefined && range !== undefined) {
    throw new MillraceError(
      'MR1311',
      'rolling() takes rows or range, not both.',
      "Write { rows: 20 } or { range: '5 s' }.",
    );
  }
  if (range !== undefined) return { kind: 'range', us: parseDuration(range, 'a range of time') };
  if (rows === undefined) return null;
  const [from, to] = typeof rows === 'number' ? [1 - rows, 0] : rows;
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to && to <= 0 && from > -1e7)
    return { kind: 'rows', rows: to - from + 1, behind: to === 0 ? 0 : -to };
  throw new MillraceError(
    'MR1312',
    `rolling() cannot count rows as ${typeof rows === 'number' ? rows : `[${rows.join(', ')}]`}.`,
    'Write rows: 20 for the row and the 19 before it, or rows: [-20, -1] for the 20 before it. For rows after it, use lead().',
  );
}
