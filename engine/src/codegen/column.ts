import type { Batch } from '../columns/batch.js';
import { isWide } from '../columns/column.js';
import type { Column, Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { Schema } from '../columns/schema.js';
import type { BoundExpr } from '../expr/bound.js';
import { interpretColumn, interpreter } from '../expr/interpret.js';
import type { RowEvaluator } from '../expr/interpret.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import { codegenMode, compileFunction, NotWrittenAheadError } from './compile.js';
import { PooledBytes, PooledLane } from './lanes.js';
import { emitScalar, NotEmittableError } from './scalar.js';
import { LoopScope } from './scope.js';

type Rows = Pick<Batch, 'columns' | 'length'>;
type Loop = (length: number, out: Lane, valid: Uint8Array | null, ...inputs: unknown[]) => number;

/**
 * Computes one expression over batches. The column that `run` returns is lent: its lanes are used again by the next call. A
 * plain column is passed on as it is.
 */
export interface ColumnKernel {
  readonly expr: BoundExpr;
  run(batch: Rows): Column;
}

/** Makes the kernel of an expression: a generated loop, with the interpreter for what the loop cannot hold. */
export function compileColumn(expr: BoundExpr, schema: Schema): ColumnKernel {
  if (expr.kind === 'column') return { expr, run: batch => batch.columns[expr.index] };
  const evaluate = interpreter(expr, scalarFunction);
  const loop = codegenMode() !== 'interpret' ? emitLoop(expr, schema) : null;
  return loop === null ? new InterpretedColumn(expr, evaluate) : new GeneratedColumn(expr, evaluate, loop);
}

class InterpretedColumn implements ColumnKernel {
  #dictionary: Dictionary | null = null;

  constructor(
    readonly expr: BoundExpr,
    readonly evaluate: RowEvaluator,
  ) {}

  run(batch: Rows): Column {
    const column = interpretColumn(this.evaluate, this.expr, batch, this.#dictionary);
    this.#dictionary = column.dictionary;
    return column;
  }
}

interface EmittedLoop {
  readonly loop: Loop;
  readonly scope: LoopScope;
  readonly nullable: boolean;
  readonly dictionary: ((columns: readonly Column[]) => Dictionary) | null;
}

function emitLoop(expr: BoundExpr, schema: Schema): EmittedLoop | null {
  const scope = new LoopScope(schema);
  try {
    const { value, valid, dictionary } = emitScalar(expr, scope);
    const store = expr.type.kind === 'boolean' ? `(${value}) ? 1 : 0` : value;
    const body = `for (let i = 0; i < length; i++) {
${scope.takeStatements()}
out[i] = ${store};
${valid === null ? '' : `valid[i] = (${valid}) ? 1 : 0;`}
}
return length;`;
    const parameters = ['length', 'out', 'valid', ...scope.parameters];
    const loop = compileFunction<Loop>(parameters, body, scope.constantNames, scope.constantValues);
    return { loop, scope, nullable: valid !== null, dictionary };
  } catch (error) {
    if (error instanceof NotEmittableError || error instanceof NotWrittenAheadError) return null;
    throw error;
  }
}

class GeneratedColumn implements ColumnKernel {
  readonly #lane: PooledLane;
  readonly #bytes = new PooledBytes();

  constructor(
    readonly expr: BoundExpr,
    readonly evaluate: RowEvaluator,
    readonly emitted: EmittedLoop,
  ) {
    this.#lane = new PooledLane(expr.type);
  }

  run(batch: Rows): Column {
    const { loop, scope, nullable, dictionary } = this.emitted;
    const { columns, length } = batch;
    const strings = dictionary === null ? null : dictionary(columns);
    if (!scope.columns.some(index => isWide(columns[index]))) {
      const data = this.#lane.fast(length);
      const valid = nullable ? this.#bytes.take(length) : null;
      if (loop(length, data, valid, ...scope.prepare(columns)) === length) {
        return { type: this.expr.type, data, valid, dictionary: strings };
      }
    }
    return interpretColumn(this.evaluate, this.expr, batch, strings);
  }
}
