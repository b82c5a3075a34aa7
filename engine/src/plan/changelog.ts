import { MillraceError } from '../columns/error.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { STRING, typeName, type Field } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import type { ChangesNode } from './nodes/changes.js';
import type { UpsertNode } from './nodes/upsert.js';
import type { Relation } from './relation.js';

type Require = (name: string, schema: Schema) => Field;

/**
 * What a changes node puts out. It has no event time: a row that is taken back has the time that it had, which the watermark may have
 * passed long ago, and operators that drop late rows would drop it.
 */
export function bindChanges({ column }: ChangesNode, input: Relation): Relation {
  if (fieldIndex(input.schema, column) >= 0) {
    throw new MillraceError(
      'MR2180',
      `changes() would make a second column '${column}'.`,
      "Give the column of row kinds another name: changes({ kind: 'op' }).",
    );
  }
  return changesRelation(column, input);
}

function changesRelation(column: string, { schema }: Relation): Relation {
  const kinds: Field = { name: column, type: STRING, nullable: false };
  return { schema: { fields: [kinds, ...schema.fields] }, time: null, mode: 'append', key: null };
}

/**
 * What late rows are that may be taken back: the changes that came too late, as `changes()` tells them. They are no table: one that is taken back
 * may have come in time.
 */
export function bindLateChanges(input: Relation): Relation {
  if (fieldIndex(input.schema, 'kind') >= 0) {
    throw new MillraceError(
      'MR2214',
      "late would make a second column 'kind', which says what a row of a table that changes does.",
      "Give the table's own column another name before its window: .select(t => ({ op: t.kind, … })).",
    );
  }
  return changesRelation('kind', input);
}

/** What an upsert node puts out: a table of its key. */
export function bindUpsert(
  node: UpsertNode,
  input: Relation,
  require: Require,
  requireBoolean: (expr: BoundExpr, what: string) => void,
): Relation {
  const { key, column, deleted } = node;
  if (input.mode !== 'append') {
    throw new MillraceError(
      'MR2183',
      'toTable() reads rows that only come, and the rows of this table change.',
      'It is a table already; to key its changes otherwise, write .changes().toTable(…).',
    );
  }
  const names = key ?? [];
  if (names.length > 0 ? new Set(names).size < names.length : key !== null || column === null) {
    throw new MillraceError(
      'MR2181',
      names.length === 0
        ? 'toTable() names no key.'
        : `toTable() names a key column twice: ${names.join(', ')}.`,
      "Name the columns whose values name one row: toTable({ key: 'id' }).",
    );
  }
  for (const name of names) require(name, input.schema);
  if (column !== null) requireKindColumn(require(column, input.schema), names);
  if (deleted !== null) requireBoolean(bind(deleted, input.schema), '{ deleted }');
  return {
    schema: keptSchema(node, input.schema),
    time: input.time === column ? null : input.time,
    mode: 'retract',
    key,
  };
}

/** The columns of the table: all but the one of row kinds. */
export function keptSchema({ column }: UpsertNode, input: Schema): Schema {
  return { fields: input.fields.filter(({ name }) => name !== column) };
}

function requireKindColumn({ name, type }: Field, key: readonly string[]): void {
  if (key.includes(name)) {
    throw new MillraceError(
      'MR2182',
      `toTable() cannot have '${name}' as its key and as the column of row kinds.`,
      "Name the column that says what a row does: toTable({ key: 'id', kind: 'op' }).",
    );
  }
  if (type.kind === 'string') return;
  throw new MillraceError(
    'MR2182',
    `toTable() reads row kinds out of text, and '${name}' is a ${typeName(type)}.`,
    "Its values are '+I', '-U', '+U', '-D', or Debezium's 'c', 'r', 'u', 'd'; for another sign use { deleted: t => … }.",
  );
}

/** A changes node in one line. */
export function changesText({ column }: ChangesNode): string {
  return `changes, row kind as ${column}`;
}

/** An upsert node in one line. */
export function upsertText({ key, column, deleted }: UpsertNode): string {
  const kinds = column === null ? '' : `, row kind in ${column}`;
  return `${key === null ? 'changes by value' : `upsert by ${key.join(', ')}`}${kinds}${deleted === null ? '' : `, deleted where ${exprText(deleted)}`}`;
}
