import { isWide, type Column } from '../columns/column.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';
import { hasDictionary, type DataType } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import type { Emitted } from '../expr/function.js';
import { interpreter } from '../expr/interpret.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import { codegenMode, compileFunction, NotWrittenAheadError } from './compile.js';
import { allValid } from './lanes.js';
import { conjunction, emitScalar, NotEmittableError } from './scalar.js';
import { LoopScope } from './scope.js';

/**
 * Where the value of a reference lies. `row`: an argument's value in the row at a position, which a lane of positions holds (-1: there is
 * none), or which is so many rows of the same labels before it (`back`) or after it (`forth`). `count`: a lane of numbers. `sum`, `avg`: three lanes, of the sum, what
 * rounding has left out of it, and the count.
 */
export type PatternSlot =
  | { readonly kind: 'row'; readonly lane: number; readonly arg: number; readonly back: number }
  | { readonly kind: 'forth'; readonly labels: number; readonly arg: number; readonly offset: number }
  | { readonly kind: 'count'; readonly lane: number }
  | { readonly kind: 'sum'; readonly lane: number; readonly units: number }
  | { readonly kind: 'avg'; readonly lane: number; readonly units: number };

/** What conditions read beside columns: the rows of the match so far, the current one included, each at its position. */
export interface PatternPath {
  readonly positions: readonly Int32Array[];
  readonly numbers: readonly Float64Array[];
  /** The position in a lane so many of its rows before that of `row`; -1: there is none. */
  back(lane: number, row: number, offset: number): number;
  /** The position of the row number `offset` that has one of the labels, up to `row`; -1: there is none. */
  forth(labels: number, row: number, offset: number): number;
}

/** Whether a row that has been added to the path may have the label. */
export type PatternTest = (row: number) => boolean;

/** A condition over references and columns. Tests are bound to the columns for each batch. */
export class PatternCondition {
  readonly #evaluate;
  readonly #emitted: ReturnType<typeof emitCondition>;
  readonly #reads: readonly number[];

  /**
   * @param expr over the references, then the arguments
   * @param slots of the references
   */
  constructor(
    readonly expr: BoundExpr,
    readonly slots: readonly PatternSlot[],
    readonly types: readonly { readonly type: DataType; readonly nullable: boolean }[],
  ) {
    this.#evaluate = interpreter(expr, scalarFunction);
    this.#emitted = codegenMode() === 'interpret' ? null : emitCondition(expr, slots, types);
    this.#reads = [...new Set(columnsOf(expr))];
  }

  bind(columns: readonly Column[], path: PatternPath): PatternTest {
    const exact = (row: number): boolean => this.#interpret(columns, path, row);
    const emitted = this.#emitted;
    if (emitted === null || columns.some(isWide)) return exact;
    const test = emitted.make(path, ...emitted.scope.prepare(columns));
    return row => {
      const found = test(row);
      return found === -1 ? exact(row) : found === 1;
    };
  }

  #interpret(columns: readonly Column[], path: PatternPath, row: number): boolean {
    const values: Column[] = [];
    for (const at of this.#reads) {
      const value =
        at < this.slots.length
          ? slotValue(this.slots[at], this.types[at].type, columns, path, row)
          : valueAt(columns[at - this.slots.length], row);
      values[at] = columnOf(this.types[at].type, [value]);
    }
    return this.#evaluate(values, 0) === true;
  }
}

/** The exact value of a reference at a row of the path. */
export function slotValue(
  slot: PatternSlot,
  type: DataType,
  columns: readonly Column[],
  path: PatternPath,
  row: number,
): Value {
  if (slot.kind === 'row' || slot.kind === 'forth') {
    const at = slotPosition(slot, path, row);
    return at < 0 ? null : valueAt(columns[slot.arg], at);
  }
  const number = slotNumber(slot, path, row);
  return number === null || type.kind === 'float64' ? number : BigInt(number);
}

/** The position of the row that a reference is of; -1: there is none. */
export function slotPosition(
  slot: Extract<PatternSlot, { kind: 'row' | 'forth' }>,
  path: PatternPath,
  row: number,
): number {
  if (slot.kind === 'forth') return path.forth(slot.labels, row, slot.offset);
  return slot.back === 0 ? path.positions[slot.lane][row] : path.back(slot.lane, row, slot.back);
}

/** The value of a count, sum or mean; null: of no rows. */
export function slotNumber(
  slot: Extract<PatternSlot, { kind: 'count' | 'sum' | 'avg' }>,
  path: PatternPath,
  row: number,
): number | null {
  const { lane } = slot;
  if (slot.kind === 'count') return path.numbers[lane][row];
  const count = path.numbers[lane + 2][row];
  if (count === 0) return null;
  const sum = path.numbers[lane][row] + path.numbers[lane + 1][row];
  return slot.kind === 'sum' ? sum : sum / count / slot.units;
}

/** The columns that an expression reads, by their places. */
export function columnsOf(expr: BoundExpr): number[] {
  if (expr.kind === 'column') return [expr.index];
  return expr.kind === 'call' ? expr.args.flatMap(columnsOf) : [];
}

type Make = (path: PatternPath, ...inputs: unknown[]) => (row: number) => number;

function emitCondition(
  expr: BoundExpr,
  slots: readonly PatternSlot[],
  types: PatternCondition['types'],
): { readonly make: Make; readonly scope: PatternScope } | null {
  const scope = new PatternScope(slots, types);
  try {
    const { value, valid } = emitScalar(expr, scope);
    const test = conjunction([valid, value], scope) ?? 'true';
    const body = `const { positions, numbers } = path;
return i => {
${scope.takeStatements()}
return (${test}) ? 1 : 0;
};`;
    const parameters = ['path', ...scope.parameters];
    return { make: compileFunction(parameters, body, scope.constantNames, scope.constantValues), scope };
  } catch (error) {
    if (error instanceof NotEmittableError || error instanceof NotWrittenAheadError) return null;
    throw error;
  }
}

/** Columns are the references, and then the arguments at row `i`. */
class PatternScope extends LoopScope {
  readonly #known = new Map<number, Emitted>();

  constructor(
    readonly slots: readonly PatternSlot[],
    types: PatternCondition['types'],
  ) {
    super({ fields: types.slice(slots.length).map((type, at) => ({ name: `${at}`, ...type })) });
  }

  override column(index: number): Emitted {
    if (index >= this.slots.length) return super.column(index - this.slots.length);
    const known = this.#known.get(index) ?? this.#reference(this.slots[index]);
    this.#known.set(index, known);
    return known;
  }

  #reference(slot: PatternSlot): Emitted {
    if (slot.kind === 'count')
      return { value: this.local(`numbers[${slot.lane}][i]`), valid: null, dictionary: null };
    if (slot.kind === 'sum' || slot.kind === 'avg') {
      const { lane, kind, units } = slot;
      const count = this.local(`numbers[${lane + 2}][i]`);
      const sum = `(numbers[${lane}][i] + numbers[${lane + 1}][i])`;
      const value = this.local(kind === 'sum' ? sum : `${sum} / ${count} / ${units}`);
      return { value, valid: `(${count} > 0)`, dictionary: null };
    }
    const { arg } = slot;
    const { type, nullable } = this.schema.fields[arg];
    const at = this.local(
      slot.kind === 'forth'
        ? `path.forth(${slot.labels}, i, ${slot.offset})`
        : slot.back === 0
          ? `positions[${slot.lane}][i]`
          : `path.back(${slot.lane}, i, ${slot.back})`,
    );
    const lane = this.input(columns => columns[arg].data);
    const value = this.local(`${at} < 0 ? 0 : ${lane}[${at}]`);
    const valids = nullable
      ? ` && ${this.input(columns => columns[arg].valid ?? allValid(columns[arg].data.length))}[${at}] === 1`
      : '';
    return {
      value: type.kind === 'boolean' ? `(${value} === 1)` : value,
      valid: this.local(`${at} >= 0${valids}`),
      dictionary: hasDictionary(type) ? columns => columns[arg].dictionary! : null,
    };
  }
}
