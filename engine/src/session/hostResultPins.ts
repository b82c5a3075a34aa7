import type { PlanNode } from '../plan/plan.js';
import { planHash } from '../plan/hash.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Pins, ResultPin } from '../sources/pin.js';
import { differencesText } from './differencesText.js';
import { preparePlan, type QueryRegistry } from './hostQueries.js';
import { readWholeTable, type ReadTable } from './hostReads.js';
import { RecordError } from './hostRecordings.js';
import { pinDifferences } from './pinDifferences.js';
import { pinOfRows, SortedRows } from './pinnedRows.js';
import type { HostReplies, HostRequest } from './protocol.js';

/** So many differing rows are in the error. */
const MOST_SHOWN = 10;

/** The results that a session has pinned. */
export class ResultPins {
  /** Which cell pins which plan under a name. */
  readonly #names = new Map<string, { readonly owner: string | null; readonly plan: string }>();

  constructor(
    private readonly runtime: Runtime,
    private readonly queries: QueryRegistry,
    private readonly pins: Pins | null,
  ) {}

  /** Pins what a plan gives at the end of its input, or compares it with what was pinned. Errors `MR3818`, `MR3821` to `MR3824`. */
  async pin({
    plan,
    name,
    renew,
    owner,
  }: Extract<HostRequest, { type: 'pinResult' }>): Promise<HostReplies['pinResult']> {
    const { pins } = this;
    if (pins === null) {
      throw new RecordError('MR3818', 'nothing can be pinned here.', 'Pin under Node, or in a notebook.');
    }
    this.#claim(name, plan, owner);
    const { directory } = this.runtime.options.world;
    const { table, bound } = await this.#final(plan);
    const rows = new SortedRows(table, bound.fields, bound.key ?? []);
    const pin = pinOfRows(rows);
    const before = renew ? null : await pins.result(name, directory);
    const differences = before === null ? null : pinDifferences(before, pin, rows);
    if (pins.found !== undefined) {
      await pins.found({ kind: 'result', name, owner, before, pin, differences });
    } else if (differences !== null) {
      throw new RecordError(
        'MR3822',
        `the result '${name}' is not the one that was pinned: ${differencesText(differences, MOST_SHOWN)}\n`,
        'If this is right, pin what is there: await pin(…, { renew: true }). If another notebook of this folder pins its own result by this name, give this one another: { name }.',
      );
    }
    if (before === null) await pins.putResult(name, pin, directory);
    return factsOf(pin);
  }

  /** One name is one result: a cell may change what it pins, another cell may not pin something else under its name. */
  #claim(name: string, plan: PlanNode, owner: string | null): void {
    const hash = planHash(plan);
    const known = this.#names.get(name);
    if (known !== undefined && known.plan !== hash && (owner === null || known.owner !== owner)) {
      throw new RecordError(
        'MR3823',
        `another result is pinned as '${name}' already.`,
        "Give each a name of its own: await pin(bars, { name: 'bars by minute' }).",
      );
    }
    this.#names.set(name, { owner, plan: hash });
  }

  /** The rows of a plan once its input has come to its end. */
  async #final(plan: PlanNode): Promise<ReadTable> {
    const { sources, live, bound } = await preparePlan(plan, this.runtime);
    if (!live) return readWholeTable(plan, this.runtime, this.queries);
    const endless = sources.find(source => source.live && source.ends !== true);
    if (endless !== undefined) {
      throw new RecordError(
        'MR3821',
        `this result is never final: '${endless.summary.name}' is a live feed without an end.`,
        "Pin what a recording of it gives: pin(bars) over replay('trades.mrec'). Where a clean close by its server is its end, say so: { end: 'close' }.",
      );
    }
    const held = await this.queries.hold(plan);
    try {
      const { query } = held;
      await query.until(() => query.ended);
      if (query.table.evicted > 0) {
        throw new RecordError(
          'MR3824',
          `this table has dropped ${query.table.evicted} rows, so that it is not all of its result.`,
          'Aggregate by longer windows, or pin a smaller part.',
        );
      }
      return { table: query.table, bound };
    } finally {
      await this.queries.release(held);
    }
  }
}

function factsOf({ columns, key, rows, hash }: ResultPin): HostReplies['pinResult'] {
  return { columns, key, rows, hash };
}
