import type { Batch } from '../columns/batch.js';
import { buildOperator } from '../operators/build.js';
import type { Emitter, Operator } from '../operators/operator.js';
import type { PhysicalPlan } from '../physical/physical.js';

/** The operators of a plan as one chain: what goes in comes out, done, before `push` returns. */
export class Pipeline {
  readonly push: Emitter;
  readonly #operators: readonly Operator[];

  constructor(plan: PhysicalPlan, out: Emitter) {
    this.#operators = plan.operators.map(buildOperator);
    this.push = this.#operators.reduceRight<Emitter>(
      (next, operator) => batch => operator.process(0, batch, next),
      out,
    );
  }

  get late(): number {
    return this.#operators.reduce((total, { counters }) => total + counters.late + counters.untimed, 0);
  }

  bytes(): number {
    return this.#operators.reduce((total, operator) => total + operator.bytes(), 0);
  }
}

/** A batch without rows that carries the end of time. */
export function emptyBatch(plan: PhysicalPlan): Batch {
  const schema = plan.operators[0]?.input ?? plan.table.schema;
  return { schema, length: 0, columns: [], kinds: null, marks: null, watermark: Infinity };
}
