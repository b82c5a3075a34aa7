import { FILTER_TESTS, type Arrangement, type ColumnFilter, type ColumnSort } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { fieldIndex, type Schema } from '../columns/schema.js';

/** An order or a filter that a table's rows cannot be shown by. */
export class ArrangementError extends MillraceError {
  override readonly name = 'ArrangementError';
}

const MOST_SORTS = 16;
const MOST_FILTERS = 64;
const MOST_CHARACTERS = 1000;

/** Reads an arrangement that comes from outside. Error `MR1660` for what is none, `MR1661` for a column that is not there. */
export function checkedArrangement(arrangement: unknown, schema: Schema): Arrangement {
  const { order, filter } = asRecord(arrangement);
  if (!Array.isArray(order) || !Array.isArray(filter))
    throw malformed('it has no lists of sorts and filters');
  if (order.length > MOST_SORTS) throw malformed(`it sorts by more than ${MOST_SORTS} columns`);
  if (filter.length > MOST_FILTERS) throw malformed(`it has more than ${MOST_FILTERS} filters`);
  const sorts = order.map(sort => checkedSort(sort, schema));
  if (new Set(sorts.map(({ column }) => column)).size < sorts.length)
    throw malformed('it sorts by one column twice');
  return { order: sorts, filter: filter.map(each => checkedFilter(each, schema)) };
}

function checkedSort(sort: unknown, schema: Schema): ColumnSort {
  const { column, descending } = asRecord(sort);
  if (typeof descending !== 'boolean') throw malformed('a sort does not say its direction');
  return { column: checkedColumn(column, schema), descending };
}

function checkedFilter(filter: unknown, schema: Schema): ColumnFilter {
  const { column, test, value } = asRecord(filter);
  const known = FILTER_TESTS.find(each => each === test);
  if (known === undefined) throw malformed('a filter has no test that is known');
  if (typeof value !== 'string') throw malformed('a filter compares with what is no text');
  if (value.length > MOST_CHARACTERS)
    throw malformed(`a filter's text is longer than ${MOST_CHARACTERS} characters`);
  return { column: checkedColumn(column, schema), test: known, value };
}

function checkedColumn(column: unknown, schema: Schema): string {
  if (typeof column === 'string' && fieldIndex(schema, column) >= 0) return column;
  throw new ArrangementError(
    'MR1661',
    `the table has no column ${typeof column === 'string' ? `'${column.slice(0, 100)}'` : 'of that name'} to show its rows by.`,
    `It has ${schema.fields
      .slice(0, 20)
      .map(({ name }) => name)
      .join(', ')}.`,
  );
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw malformed('it is no object');
}

function malformed(what: string): ArrangementError {
  return new ArrangementError(
    'MR1660',
    `a view asks for an order of rows that cannot be read: ${what}.`,
    'Reload the page; if it comes again, install an extension that suits this kernel.',
  );
}
