import { ask } from '../session/ask.js';
import type { PlanNode } from '../plan/plan.js';
import { replaceSources } from '../plan/replaceSources.js';
import type { Kinds } from './kinds.js';
import { sourcePlans, type Bindable } from './sourceMap.js';
import { tableOfArrow } from './tableOfArrow.js';

/** What a query gives live, replayed and read at once. */
export class SameCheck<Row> {
  constructor(
    /** Whether all ways give the same rows. */
    readonly same: boolean,
    /** How many rows each way gives. */
    readonly rows: { readonly batch: number; readonly replay: number; readonly live: number },
    /** How many rows differ. */
    readonly differing: number,
    /**
     * The first thousand of them: `way` (`'replay'` or `'live'`), `difference` to what is read at once (`'missing'` or `'extra'`), and the row.
     */
    readonly differences: Kinds<Row & { way: string; difference: string }>['Table'],
  ) {}

  toString(): string {
    const { batch, replay, live } = this.rows;
    if (this.same) return `The same live, replayed and read at once: ${batch} rows.`;
    return `${this.differing} rows differ: ${batch} rows read at once, ${replay} replayed, ${live} live. See .differences.`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Checks of queries. */
export const check = {
  /**
   * Runs a query in three ways, each from the start: read at once, replayed through the clock, and live, its replays sent through a WebSocket on this machine.
   * They are to give the same rows (floating point numbers to 12 digits). `sources` says which recordings stand for live feeds, by their names.
   *
   * Live, equal times of several feeds come in the order in which a replay has them; what hangs on wall-clock time may differ.
   *
   * @throws MillraceError `MR2202` where a source is a live feed that no recording stands for; `MR5107` where the engine cannot listen, as in a page
   * @example
   * const { same, differences } = await check.same(bars, { sources: { trades: replay('trades.mrec', { as: trades }) } });
   */
  same: async <Row>(
    query: { readonly plan: PlanNode } & Partial<Record<'rows', (...options: never[]) => Promise<Row[]>>>,
    { sources = {} }: { readonly sources?: Readonly<Record<string, Bindable>> } = {},
  ): Promise<SameCheck<Row>> => {
    const plans = sourcePlans('check.same()', sources);
    const plan = replaceSources(query.plan, source => plans[source.name] ?? source);
    const { rows, differences, fields, arrow } = await ask({ type: 'same', plan });
    return new SameCheck<Row>(
      differences === 0,
      rows,
      differences,
      tableOfArrow<Row & { way: string; difference: string }>(arrow, fields, null, 'differences'),
    );
  },
};
