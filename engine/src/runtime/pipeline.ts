import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import type { ExchangeContext } from '../operators/apply.js';
import { Awaited } from '../operators/awaited.js';
import { buildOperator } from '../operators/build.js';
import type { Emitter, Operator } from '../operators/operator.js';
import type { StateReader, StateWriter } from '../operators/snapshot.js';
import { UnionAllOperator } from '../operators/unionAll.js';
import type { PhysicalInput, PhysicalPlan } from '../physical/physical.js';
import { operatorText } from '../physical/operatorText.js';
import { hangsOnInterleaving, tellsWhatIsCertain } from '../physical/interleaving.js';
import { GatheredOutput } from './gathered.js';
import type { MergeOutput } from './inputMerge.js';
import type { Holding } from './memory.js';
import { PipelineMeter, type OperatorMeter } from './meter.js';
import { RowWays, waysTo, type Ways } from './rowWays.js';
import { sliceBatch } from './slice.js';

/** The operators of a plan, wired: what goes in at a source comes out at the other end, done, before `push` returns. */
export class Pipeline implements MergeOutput {
  readonly operators: readonly Operator[];
  readonly periods: readonly number[];
  readonly ordered: boolean;
  readonly meter: PipelineMeter;
  readonly #sources: readonly Emitter[];
  readonly #emitters: readonly Emitter[];
  /** Whether rows of each source go through one by one: see `meetsAgain`. */
  readonly #single: readonly boolean[];
  /** Where ways of one source meet, inputs first. */
  readonly #gathered: readonly GatheredOutput[];
  readonly #idle: boolean[];
  readonly #ended: boolean[];
  /** The operators above each whose output comes later than their input, inputs first. */
  readonly #awaited: readonly (readonly Awaited[])[];
  /** The ports of operators that align several, with the sources behind each. */
  readonly #ports: {
    readonly operator: number;
    readonly port: number;
    readonly sources: number[];
    idle: boolean;
  }[] = [];

  /** @param now a clock of high resolution in milliseconds, for the time that operators take */
  constructor(
    readonly plan: PhysicalPlan,
    out: Emitter,
    now: () => number,
    /** The way to the users' functions, where the plan has any. */
    exchange?: ExchangeContext,
  ) {
    const context = exchange && {
      ...exchange,
      progressed: () => {
        this.#flush();
        exchange.progressed();
      },
    };
    this.operators = plan.operators.map(operator => buildOperator(operator, context));
    this.periods = [...new Set(this.operators.flatMap(({ everyUs }) => everyUs ?? []))];
    this.ordered = hangsOnInterleaving(plan);
    this.#awaited = this.operators.map((_, at) =>
      operatorsAbove(plan, at).flatMap(above => {
        const operator = this.operators[above];
        return operator instanceof Awaited ? operator : [];
      }),
    );
    this.meter = new PipelineMeter(plan, now);
    const readers = new Map<string, Emitter[]>();
    const read = (input: PhysicalInput, reader: Emitter): void => {
      const key = inputKey(input);
      readers.set(key, [...(readers.get(key) ?? []), reader]);
    };
    const emitterOf = (input: PhysicalInput): Emitter => fanOut(readers.get(inputKey(input)) ?? []);
    const emitters: Emitter[] = [];
    const gathered: GatheredOutput[] = [];
    read(plan.output, out);
    // Readers come after their inputs in the list, so each operator's own readers are known when it is wired.
    for (let at = plan.operators.length - 1; at >= 0; at--) {
      const operator = this.operators[at];
      const meter = this.meter.operators[at];
      // What is read by a union of ways alone runs there.
      const ways = operator instanceof UnionAllOperator ? waysTo(plan, at) : null;
      let next = meteredEmitter(meter, emitterOf({ operator: at }));
      if (ways === null && meets(plan, at)) {
        const output = new GatheredOutput(plan.operators[at].output, next);
        gathered.unshift(output);
        next = batch => output.take(batch);
      }
      emitters[at] = next;
      if (!readers.has(inputKey({ operator: at }))) continue;
      if (ways !== null) {
        read(ways.from, this.#readWays(ways, at, next));
        continue;
      }
      plan.operators[at].inputs.forEach((input, port) => {
        read(input, batch => this.meter.process(operator, meter, port, batch, next));
      });
    }
    this.#emitters = emitters;
    this.#gathered = gathered;
    this.#sources = plan.sources.map((_, source) => emitterOf({ source }));
    this.#single = plan.sources.map((_, source) => meetsAgain(plan, source));
    this.#idle = plan.sources.map(() => false);
    this.#ended = plan.sources.map(() => false);
    this.operators.forEach((operator, at) => {
      if (operator.idle === undefined) return;
      plan.operators[at].inputs.forEach((input, port) => {
        this.#ports.push({ operator: at, port, sources: sourcesOf(plan, input), idle: false });
      });
    });
  }

  /** Reads one input by several ways, for a union of these. */
  #readWays({ ways }: Ways, union: number, out: Emitter): Emitter {
    const { plan, meter } = this;
    const step = plan.operators[union];
    const rows = new RowWays(
      ways,
      this.operators,
      (at, batch, next) =>
        meter.process(
          this.operators[at],
          meter.operators[at],
          0,
          batch,
          meteredEmitter(meter.operators[at], next),
        ),
      step.output,
      step.op === 'unionAll' && step.carried,
    );
    const counted = meter.operators[union];
    return batch =>
      rows.process(batch, made => {
        counted.rowsIn += made.length;
        counted.ports.fill(made.watermark);
        out(made);
      });
  }

  /** Takes rows of a source, by its place in the plan. */
  push(source: number, batch: Batch): void {
    this.meter.begin(source, batch);
    const take = this.#sources[source];
    // A batch without rows is one step, too.
    const step = this.#single[source] ? 1 : Math.max(1, batch.length);
    for (let row = 0; row === 0 || row < batch.length; row += step) {
      take(sliceBatch(batch, row, Math.min(batch.length, row + step)));
      this.#flush();
    }
  }

  /** Passes on what has come together where ways of one source meet. */
  #flush(): void {
    for (const output of this.#gathered) output.flush();
  }

  /** A source has come to its end: no row of it will come any more. */
  end(source: number): void {
    this.#ended[source] = true;
    this.push(source, watermarkBatch(this.plan, source, Infinity));
    this.#tellIdle();
  }

  /** Whether what has come of a live source waits for another source's end, and there is no room for more of it. */
  holdsBack(source: number): boolean {
    return this.operators.some((operator, at) =>
      this.plan.operators[at].inputs.some(
        (input, port) => operator.holdsBack?.(port) === true && sourcesOf(this.plan, input).includes(source),
      ),
    );
  }

  /** A source is silent, and holds the others back no more; or it is back. */
  idle(source: number, idle: boolean): void {
    this.#idle[source] = idle;
    this.meter.sources[source].idle = idle;
    this.#tellIdle();
  }

  /** Periods are over: operators that tell windows every so often tell them, inputs first. */
  tick(periods: ReadonlySet<number>): void {
    this.operators.forEach((operator, at) => {
      if (operator.tick === undefined || !periods.has(operator.everyUs ?? 0)) return;
      afterAll(this.#awaited[at], () => {
        operator.tick?.(this.#emitters[at]);
        this.#flush();
      });
    });
  }

  /** A port is silent when no source behind it can be waited for. */
  #tellIdle(): void {
    for (const each of this.#ports) {
      const left = each.sources.filter(source => !this.#ended[source]);
      const idle = left.length > 0 && left.every(source => this.#idle[source]);
      if (idle === each.idle) continue;
      each.idle = idle;
      this.operators[each.operator].idle?.(each.port, idle, this.#emitters[each.operator]);
      this.#flush();
    }
  }

  /** Writes the state of every operator, and who is silent or over. Throws `SnapshotError` where an operator's state lies elsewhere. */
  snapshot(writer: StateWriter): void {
    this.operators.forEach((operator, at) => {
      const section = writer.section(`operator ${at}`);
      section.value('counters', { ...operator.counters });
      operator.snapshot(section.section('state'));
    });
    writer.value('idle', this.#idle);
    writer.value('ended', this.#ended);
    const ports = this.#ports.map(({ idle }) => idle);
    writer.value('ports', ports);
    writer.value('meter', this.meter.counts());
  }

  /** Takes in what a pipeline of the same plan wrote; this one must be new. */
  restore(reader: StateReader): void {
    this.operators.forEach((operator, at) => {
      const section = reader.section(`operator ${at}`);
      operator.restore(section.section('state'));
      Object.assign(operator.counters, section.value('counters'));
    });
    Object.assign(this.#idle, reader.value('idle'));
    Object.assign(this.#ended, reader.value('ended'));
    const idle = reader.value('ports') as readonly boolean[];
    this.#ports.forEach((port, k) => (port.idle = idle[k]));
    this.meter.takeCounts(reader.value('meter'));
  }

  /** Rows that are with the users' functions. */
  get pendingRows(): number {
    return this.operators.reduce((total, { pendingRows }) => total + (pendingRows ?? 0), 0);
  }

  /** Nothing comes any more, and nothing is awaited. */
  close(): void {
    for (const operator of this.operators) operator.close?.();
  }

  /** Takes over what another one of the plan has counted, and nothing else of it. */
  countOn({ operators, meter }: Pipeline): void {
    operators.forEach(({ counters }, at) => Object.assign(this.operators[at].counters, counters));
    this.meter.countOn(meter);
  }

  get late(): number {
    return this.operators.reduce((total, { counters }) => total + counters.late + counters.untimed, 0);
  }

  /** What the operators hold, by operator. */
  holdings(): Holding[] {
    return this.operators.map((operator, at) => ({
      what: `the state of '${operatorText(this.plan.operators[at])}', ${operator.stateRows()} rows`,
      bytes: operator.bytes(),
    }));
  }

  bytes(): number {
    const gathered = this.#gathered.reduce((total, output) => total + output.bytes(), 0);
    return this.operators.reduce((total, operator) => total + operator.bytes(), gathered);
  }
}

/** The sources that an input's rows come from. */
export function sourcesOf(plan: PhysicalPlan, input: PhysicalInput): number[] {
  if ('source' in input) return [input.source];
  return [...new Set(plan.operators[input.operator].inputs.flatMap(each => sourcesOf(plan, each)))];
}

/** Whether rows of one source come to several ports of an operator that does not wait for all of them by itself. */
function meets(plan: PhysicalPlan, at: number): boolean {
  if (tellsWhatIsCertain(plan.operators[at])) return false;
  const sources = plan.operators[at].inputs.map(input => sourcesOf(plan, input));
  return new Set(sources.flat()).size < sources.flat().length;
}

/**
 * Whether rows of a source come to one union by several ways that keep rows back, or make others of them, or to both sides of a lookup. Then each row goes all ways before the next one does: its rows stay together
 * however the input was cut. Rows that are with the users' functions come when these have answered, so that nothing would be won.
 */
function meetsAgain(plan: PhysicalPlan, source: number): boolean {
  return plan.operators.some((operator, at) => {
    const { op, inputs } = operator;
    const looks = op === 'lookupJoin' && !operator.waits;
    if (!looks && (op !== 'unionAll' || waysTo(plan, at) !== null)) return false;
    const ways = inputs.filter(input => sourcesOf(plan, input).includes(source)).length;
    return ways > 1 && !operatorsAbove(plan, at).some(above => plan.operators[above].op === 'apply');
  });
}

/** The operators that an operator's rows have gone through, by their places, inputs first. */
function operatorsAbove(plan: PhysicalPlan, at: number): number[] {
  const found = new Set<number>();
  for (const input of plan.operators[at].inputs) {
    if ('source' in input) continue;
    for (const above of operatorsAbove(plan, input.operator)) found.add(above);
    found.add(input.operator);
  }
  return [...found];
}

/** Does something once all that these operators have taken in has been passed on, from each to the next. */
function afterAll(operators: readonly Awaited[], then: () => void): void {
  if (operators.length === 0) then();
  else operators[0].after(() => afterAll(operators.slice(1), then));
}

function inputKey(input: PhysicalInput): string {
  return 'source' in input ? `source ${input.source}` : `operator ${input.operator}`;
}

function fanOut(readers: readonly Emitter[]): Emitter {
  if (readers.length === 1) return readers[0];
  return batch => {
    for (const reader of readers) reader(batch);
  };
}

function meteredEmitter(meter: OperatorMeter, out: Emitter): Emitter {
  return batch => {
    meter.rowsOut += batch.length;
    if (batch.watermark > meter.watermark) meter.watermark = batch.watermark;
    out(batch);
  };
}

/** A batch of a source without rows: it carries a watermark alone. */
function watermarkBatch(plan: PhysicalPlan, source: number, watermark: EventTime): Batch {
  const schema = plan.sources[source].output;
  return { schema, length: 0, columns: [], kinds: null, marks: null, watermark };
}
