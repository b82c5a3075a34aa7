import type { Batch } from '../columns/batch.js';
import { isWide } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { BoundExpr } from '../expr/bound.js';
import { interpreter } from '../expr/interpret.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import { codegenMode, compileFunction, NotWrittenAheadError } from './compile.js';
import { RowKeeper } from './rowKeeper.js';
import { conjunction, emitScalar, NotEmittableError } from './scalar.js';
import { LoopScope } from './scope.js';

type SelectLoop = (length: number, rows: Int32Array, ...inputs: unknown[]) => number;

/** Finds the rows for which a predicate is true (not false, not NULL). */
export class Selection {
  /** The rows found by the last call of `select`, as positions in its batch. */
  rows = new Int32Array(1024);
  readonly #evaluate;
  readonly #emitted: { readonly loop: SelectLoop; readonly scope: LoopScope } | null;

  constructor(predicate: BoundExpr, schema: Schema) {
    this.#evaluate = interpreter(predicate, scalarFunction);
    this.#emitted = codegenMode() !== 'interpret' ? emitSelection(predicate, schema) : null;
  }

  /** How many rows of the batch there are. */
  select(batch: Pick<Batch, 'columns' | 'length'>): number {
    const { columns, length } = batch;
    // A batch that carries a watermark alone may come without columns.
    if (length === 0) return 0;
    if (this.rows.length < length) this.rows = new Int32Array(length * 2);
    if (this.#emitted !== null && !this.#emitted.scope.columns.some(index => isWide(columns[index]))) {
      const count = this.#emitted.loop(length, this.rows, ...this.#emitted.scope.prepare(columns));
      if (count >= 0) return count;
    }
    let count = 0;
    for (let row = 0; row < length; row++)
      if (this.#evaluate(columns, row) === true) this.rows[count++] = row;
    return count;
  }
}

function emitSelection(predicate: BoundExpr, schema: Schema): { loop: SelectLoop; scope: LoopScope } | null {
  const scope = new LoopScope(schema);
  try {
    const { value, valid } = emitScalar(predicate, scope);
    const test = conjunction([valid, value], scope) ?? 'true';
    const body = `let count = 0;
for (let i = 0; i < length; i++) {
${scope.takeStatements()}
rows[count] = i;
count += (${test}) ? 1 : 0;
}
return count;`;
    const parameters = ['length', 'rows', ...scope.parameters];
    return { loop: compileFunction(parameters, body, scope.constantNames, scope.constantValues), scope };
  } catch (error) {
    if (error instanceof NotEmittableError || error instanceof NotWrittenAheadError) return null;
    throw error;
  }
}

/** Keeps the rows for which a predicate is true: see `RowKeeper`. */
export class FilterKernel {
  readonly #selection: Selection;
  readonly #keeper: RowKeeper;

  constructor(predicate: BoundExpr, schema: Schema, carried = false) {
    this.#selection = new Selection(predicate, schema);
    this.#keeper = new RowKeeper(schema, carried);
  }

  /** The watermark in force before the first row kept by the last `run`; null where that was the batch's first row. */
  get leadingMark(): number | null {
    return this.#keeper.leadingMark;
  }

  /** Which rows the last `run` kept, as positions in its batch. */
  get rows(): Int32Array {
    return this.#selection.rows;
  }

  run(batch: Batch): Batch {
    const count = this.#selection.select(batch);
    return this.#keeper.keep(batch, this.#selection.rows, count);
  }
}
