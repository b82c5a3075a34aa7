import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalJoin } from '../physical/join.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import { JoinCondition } from './joinCondition.js';
import { JoinOutput } from './joinOutput.js';
import { JoinSide, NO_KEY } from './joinSide.js';
import { tellLeft, tellPairs } from './joinTelling.js';
import { emitFinal } from './joinFinal.js';
import { NullKeys } from './nullKeys.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { PortWatermarks } from './portWatermarks.js';
import type { StateReader, StateWriter } from './snapshot.js';

type JoinPlan = PhysicalJoin & { readonly output: Schema };

/**
 * Joins the rows of two ports as they come and go: both sides keep theirs by key. A batch changes one side, and what that changes of the
 * result is told net: each pair of rows at most once. Rows that meet none are told with NULLs in the place of the other side's, and taken back
 * when the first one comes that they meet.
 */
export class JoinOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: JoinPlan;
  readonly #sides: readonly [JoinSide, JoinSide];
  readonly #keys: GroupIndex;
  readonly #census: GroupCensus;
  readonly #out: JoinOutput;
  readonly #condition: JoinCondition | null;
  readonly #watermarks = new PortWatermarks(2);
  /** Whether left rows that come after the last right one come out and are given up at once. */
  readonly #streams: boolean;
  readonly #nulls = new NullKeys();

  constructor(plan: JoinPlan) {
    this.#plan = plan;
    const { sides, how, form, condition } = plan;
    const [left] = sides;
    this.#keys = new GroupIndex(left.keys.map(at => left.schema.fields[at].type));
    const ofLeft = how === 'semi' || how === 'anti';
    this.#streams = form === 'final' && !left.retracting && !sides[1].preserved;
    const matched = condition !== null && form !== 'final';
    this.#sides = [0, 1].map(port => {
      const [side, other] = [sides[port], sides[1 - port]];
      const told = port === 0 && ofLeft;
      return new JoinSide(
        side,
        {
          rows: port === 0 || !ofLeft || condition !== null,
          alone: side.preserved || (told && how === 'anti'),
          drops: told || side.preserved || (port === 0 && this.#streams),
          keyChanges: condition === null && (other.preserved || (port === 1 && ofLeft)),
          matches: matched && (side.preserved || told),
        },
        this.#keys,
        other.preserved,
      );
    }) as [JoinSide, JoinSide];
    const stores = [this.#sides[0].store, this.#sides[1].store] as const;
    this.#out = new JoinOutput(plan.output, plan.columns, stores, form !== 'retract');
    this.#condition = condition === null ? null : new JoinCondition(condition, stores);
    this.#census = new GroupCensus(holds => {
      for (const side of this.#sides) side.mark(holds);
    });
  }

  process(port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermarks.aligned;
    const { length } = batch;
    if (length > 0) this.#take(port, batch);
    this.#watermarks.advance(port, batch.watermark);
    const final = this.#plan.form === 'final';
    if (!final) {
      if (length > 0) this.#tell(port);
      this.#out.emit(before, this.#watermarks.aligned, out);
    }
    if (length > 0) this.#forget(port);
    if (final) this.#emitFinal(before, out);
  }

  #take(port: number, batch: Batch): void {
    const columns = this.#plan.sides[port].keys.map(at => batch.columns[at]);
    const nulls = this.#nulls.of(columns, batch.length);
    const keys = this.#keys.assign(columns, batch.length);
    for (const side of this.#sides) side.fitKeys();
    this.#sides[port].take(batch, keys, nulls);
  }

  /** Tells what the changes of a side change of the result. */
  #tell(port: number): void {
    const { how } = this.#plan;
    const ofLeft = how === 'semi' || how === 'anti';
    if (this.#condition !== null) this.#condition.tell(port, this.#sides, this.#out, ofLeft ? how : null);
    else if (ofLeft) tellLeft(port, this.#sides, this.#out, how);
    else tellPairs(port, this.#sides, this.#out);
  }

  /** Gives up what can no longer matter: rows that are gone, and those that never come to anything new. */
  #forget(port: number): void {
    const [left, right] = this.#sides;
    const own = this.#sides[port];
    own.release();
    const final = this.#plan.form === 'final';
    if (!final && !own.plan.retracting && own.needs.drops) {
      for (let at = 0; at < own.changes; at++) {
        const slot = own.after[at];
        if (own.keyOf[slot] === NO_KEY) own.drop(slot);
      }
    }
    const { how } = this.#plan;
    const ofLeft = how === 'semi' || how === 'anti';
    if (ofLeft && !final && !left.plan.retracting && !right.plan.retracting) this.#dropMet(port);
    const renumbering = this.#census.take(this.#keys);
    if (renumbering !== null) for (const side of this.#sides) side.renumber(renumbering);
    own.forgetIdentities();
  }

  /** Where rows only come, a left row that has met one will always have. */
  #dropMet(port: number): void {
    const [left, right] = this.#sides;
    if (this.#condition !== null) {
      this.#condition.dropMet(port, left);
      return;
    }
    if (port === 0) {
      for (let at = 0; at < left.changes; at++) {
        const slot = left.after[at];
        if (left.isLive(slot) && right.size[left.keyOf[slot]] > 0) left.drop(slot);
      }
      return;
    }
    for (let at = 0; at < right.keyChanges; at++) {
      const key = right.changedKeys[at];
      while (left.head[key] !== 0) left.drop(left.head[key]);
    }
  }

  #emitFinal(before: EventTime, out: Emitter): void {
    const end = this.#watermarks.aligned === END_OF_TIME;
    if (before === END_OF_TIME || (!end && !this.#canGoOn())) {
      this.#out.emit(START_OF_TIME, before === END_OF_TIME ? before : START_OF_TIME, out);
      return;
    }
    emitFinal(this.#plan.how, this.#sides, this.#condition, this.#out, out, end);
    const [left] = this.#sides;
    if (this.#streams) for (let slot = left.store.used - 1; slot > 0; slot--) left.drop(slot);
  }

  /** Whether left rows need not wait for others, since all right ones have come. */
  #canGoOn(): boolean {
    return this.#streams && this.#watermarks.of(1) === END_OF_TIME;
  }

  idle(port: number, idle: boolean, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#watermarks.setIdle(port, idle);
    const { aligned } = this.#watermarks;
    if (aligned > before && this.#plan.form !== 'final') this.#out.emit(before, aligned, out);
  }

  bytes(): number {
    return this.#sides[0].bytes() + this.#sides[1].bytes() + this.#keys.bytes();
  }

  stateRows(): number {
    return this.#sides[0].stateRows() + this.#sides[1].stateRows();
  }

  snapshot(writer: StateWriter): void {
    this.#watermarks.snapshot(writer.section('watermarks'));
    this.#keys.snapshot(writer.section('keys'));
    this.#sides.forEach((side, port) => side.snapshot(writer.section(`side ${port}`)));
  }

  restore(reader: StateReader): void {
    this.#watermarks.restore(reader.section('watermarks'));
    this.#keys.restore(reader.section('keys'));
    this.#sides.forEach((side, port) => side.restore(reader.section(`side ${port}`)));
  }
}
