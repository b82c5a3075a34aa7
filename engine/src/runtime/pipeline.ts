import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import { buildOperator } from '../operators/build.js';
import type { Emitter, Operator } from '../operators/operator.js';
import type { PhysicalInput, PhysicalPlan } from '../physical/physical.js';

/** The operators of a plan, wired: what goes in at a source comes out at the other end, done, before `push` returns. */
export class Pipeline {
  readonly operators: readonly Operator[];
  readonly #sources: readonly Emitter[];

  constructor(
    readonly plan: PhysicalPlan,
    out: Emitter,
  ) {
    this.operators = plan.operators.map(buildOperator);
    const readers = new Map<string, Emitter[]>();
    const read = (input: PhysicalInput, reader: Emitter): void => {
      const key = inputKey(input);
      readers.set(key, [...(readers.get(key) ?? []), reader]);
    };
    const emitterOf = (input: PhysicalInput): Emitter => fanOut(readers.get(inputKey(input)) ?? []);
    read(plan.output, out);
    // Readers come after their inputs in the list, so each operator's own readers are known when it is wired.
    for (let at = plan.operators.length - 1; at >= 0; at--) {
      const operator = this.operators[at];
      const next = emitterOf({ operator: at });
      plan.operators[at].inputs.forEach((input, port) => {
        read(input, batch => operator.process(port, batch, next));
      });
    }
    this.#sources = plan.sources.map((_, source) => emitterOf({ source }));
  }

  /** Takes rows of a source, by its place in the plan. */
  push(source: number, batch: Batch): void {
    this.#sources[source](batch);
  }

  /** A source has come to its end: no row of it will come any more. */
  end(source: number): void {
    this.push(source, watermarkBatch(this.plan, source, Infinity));
  }

  get late(): number {
    return this.operators.reduce((total, { counters }) => total + counters.late + counters.untimed, 0);
  }

  bytes(): number {
    return this.operators.reduce((total, operator) => total + operator.bytes(), 0);
  }
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

/** A batch of a source without rows: it carries a watermark alone. */
function watermarkBatch(plan: PhysicalPlan, source: number, watermark: EventTime): Batch {
  const schema = plan.sources[source].output;
  return { schema, length: 0, columns: [], kinds: null, marks: null, watermark };
}
