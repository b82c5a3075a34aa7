import type { ColumnFilter } from '@millrace/protocol';
import type { Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { compareStrings } from '../functions/aggregate/text.js';
import { filterOperand, type Operand } from './filterOperand.js';

/** A filter over one column, for rows by their positions. */
interface ColumnTest {
  /** Looks at the column as it lies now. */
  look(column: Column): void;
  /** Whether a row that has a value passes. */
  passes(position: number): boolean;
}

/** Whether rows pass every one of some filters. Errors as `filterOperand`. */
export class RowTest {
  readonly #tests: readonly {
    readonly index: number;
    readonly filter: ColumnFilter;
    readonly test: ColumnTest | null;
  }[];
  #columns: readonly Column[] = [];

  constructor(filters: readonly ColumnFilter[], schema: Schema) {
    this.#tests = filters.map(filter => {
      const index = fieldIndex(schema, filter.column);
      return { index, filter, test: testOf(filter, schema.fields[index].type) };
    });
  }

  /** Looks at a table's columns as they lie now; until they move. */
  look(column: (index: number) => Column): void {
    this.#columns = this.#tests.map(({ index }) => column(index));
    this.#tests.forEach(({ test }, k) => test?.look(this.#columns[k]));
  }

  passes(position: number): boolean {
    for (let k = 0; k < this.#tests.length; k++) {
      const { test, filter } = this.#tests[k];
      const { valid } = this.#columns[k];
      const isNull = valid !== null && valid[position] === 0;
      if (filter.test === 'null' ? !isNull : isNull) return false;
      if (test !== null && !test.passes(position)) return false;
    }
    return true;
  }
}

function testOf(
  { test, value, column }: ColumnFilter,
  type: Schema['fields'][number]['type'],
): ColumnTest | null {
  if (test === 'null' || test === 'notNull') return null;
  if (type.kind === 'string' || type.kind === 'json') return new TextTest(textCheck(test, value));
  const operand = filterOperand(value, type, column);
  return new NumberTest(operand, numberCheck(test === 'contains' ? '=' : test, operand));
}

type Comparison = Exclude<ColumnFilter['test'], 'contains' | 'null' | 'notNull'>;

function textCheck(test: Comparison | 'contains', value: string): (text: string) => boolean {
  if (test === 'contains') {
    const part = value.toLowerCase();
    return text => text.toLowerCase().includes(part);
  }
  if (test === '=') return text => text === value;
  if (test === '!=') return text => text !== value;
  const isFor: Readonly<Record<Exclude<Comparison, '=' | '!='>, (order: number) => boolean>> = {
    '<': order => order < 0,
    '<=': order => order <= 0,
    '>': order => order > 0,
    '>=': order => order >= 0,
  };
  const accepts = isFor[test];
  return text => accepts(compareStrings(text, value));
}

/** Text is judged once a code of its dictionary. */
class TextTest implements ColumnTest {
  #dictionary: Dictionary | null = null;
  /** By code: 0 not judged yet, 1 fails, 2 passes. */
  #judged = new Uint8Array(256);
  #codes: Column['data'] = new Int32Array(0);

  constructor(readonly check: (text: string) => boolean) {}

  look({ data, dictionary }: Column): void {
    this.#codes = data;
    if (dictionary !== this.#dictionary) this.#judged.fill(0);
    this.#dictionary = dictionary;
    const size = dictionary?.size ?? 0;
    if (size <= this.#judged.length) return;
    const judged = new Uint8Array(2 * size);
    judged.set(this.#judged);
    this.#judged = judged;
  }

  passes(position: number): boolean {
    const code = Number(this.#codes[position]);
    const known = this.#judged[code];
    if (known !== 0 || this.#dictionary === null) return known === 2;
    const passes = this.check(this.#dictionary.at(code));
    this.#judged[code] = passes ? 2 : 1;
    return passes;
  }
}

/** Numbers, and what lies as numbers. Wide ones compare with narrow ones exactly. NaN passes where it is asked for. */
class NumberTest implements ColumnTest {
  #data: Column['data'] = new Float64Array(0);

  constructor(
    readonly operand: Operand,
    readonly check: (value: number | bigint) => boolean,
  ) {}

  look({ data }: Column): void {
    this.#data = data;
  }

  passes(position: number): boolean {
    return this.check(this.#data[position]);
  }
}

function numberCheck(test: Comparison, { low, high }: Operand): (value: number | bigint) => boolean {
  const isNaNAsked = typeof low === 'number' && Number.isNaN(low);
  const isNaN = (value: number | bigint): boolean => value !== value;
  switch (test) {
    case '=':
      return isNaNAsked ? isNaN : value => value >= low && value <= high;
    case '!=':
      return isNaNAsked ? value => !isNaN(value) : value => !(value >= low && value <= high);
    case '<':
      return value => value < low;
    case '<=':
      return value => value <= high;
    case '>':
      return value => value > high;
    case '>=':
      return value => value >= low;
  }
}
