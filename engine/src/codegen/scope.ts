import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { hasDictionary } from '../columns/types.js';
import type { Emitted, EmitScope } from '../expr/function.js';
import { allValid } from './lanes.js';

/**
 * Gathers what the text of a row's body needs: the lanes of columns it reads, values made anew for each batch, and constants. The body
 * is written for row `i`; columns whose field is not nullable have no validity to test.
 */
export class LoopScope implements EmitScope {
  readonly bail = 'return -1;';
  readonly #statements: string[] = [];
  readonly #columns = new Map<number, Emitted>();
  readonly #inputs: { readonly name: string; readonly prepare: (columns: readonly Column[]) => unknown }[] =
    [];
  readonly #constants = new Map<unknown, string>();
  #count = 0;

  constructor(readonly schema: Schema) {}

  /** A column at row `i`, in its fast lane. */
  column(index: number): Emitted {
    let emitted = this.#columns.get(index);
    if (emitted === undefined) {
      const { type, nullable } = this.schema.fields[index];
      const lane = this.input(columns => columns[index].data);
      const valid = nullable
        ? `${this.input(columns => columns[index].valid ?? allValid(columns[index].data.length))}[i]`
        : null;
      emitted = {
        value: type.kind === 'boolean' ? `(${lane}[i] === 1)` : `${lane}[i]`,
        valid: valid === null ? null : `(${valid} === 1)`,
        dictionary: hasDictionary(type) ? columns => columns[index].dictionary! : null,
      };
      this.#columns.set(index, emitted);
    }
    return emitted;
  }

  /** Which columns the text reads. */
  get columns(): readonly number[] {
    return [...this.#columns.keys()];
  }

  statement(text: string): void {
    this.#statements.push(text);
  }

  fresh(prefix: string): string {
    return `${prefix}${this.#count++}`;
  }

  local(text: string): string {
    if (/^-?[\w.$]+$/.test(text)) return text;
    const name = this.fresh('t');
    this.statement(`const ${name} = ${text};`);
    return name;
  }

  constant(value: unknown): string {
    let name = this.#constants.get(value);
    if (name === undefined) {
      name = `k${this.#constants.size}`;
      this.#constants.set(value, name);
    }
    return name;
  }

  input(prepare: (columns: readonly Column[]) => unknown): string {
    const name = `p${this.#inputs.length}`;
    this.#inputs.push({ name, prepare });
    return name;
  }

  /** The statements of a row so far; taking them starts anew. */
  takeStatements(): string {
    return this.#statements.splice(0).join('\n');
  }

  /** The parameters that the loop takes for each batch, and their values. */
  get parameters(): readonly string[] {
    return this.#inputs.map(input => input.name);
  }

  prepare(columns: readonly Column[]): unknown[] {
    return this.#inputs.map(input => input.prepare(columns));
  }

  get constantNames(): readonly string[] {
    return [...this.#constants.values()];
  }

  get constantValues(): readonly unknown[] {
    return [...this.#constants.keys()];
  }
}
