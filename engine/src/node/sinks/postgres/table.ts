import { nearestNames } from '../../../columns/nearestNames.js';
import { typeName, type Field } from '../../../columns/types.js';
import { SourceError } from '../../../sources/error.js';
import type { PostgresConnection } from './connection.js';
import { quoted, quotedTable } from './names.js';
import type { PostgresWrite } from './options.js';
import { columnType, holds, type TableColumn } from './types.js';

/** A table that has been looked at: it can take the rows. */
export interface TargetTable {
  /** With its schema, quoted. */
  readonly name: string;
  /** For each field, the type that its values are given as. */
  readonly types: readonly string[];
  /** For each field, whether its column holds text. */
  readonly asText: readonly boolean[];
}

const COLUMNS = `SELECT a.attname AS name, t.typname AS type, format_type(a.atttypid, a.atttypmod) AS shown, a.atttypmod AS modifier,
  (a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = '') AS required
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

const UNIQUE = `SELECT array_agg(a.attname::text ORDER BY a.attname)::text[] AS names FROM pg_index i
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
  WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL GROUP BY i.indexrelid`;

const TABLES = `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v')
  LIMIT 1000`;

/**
 * Looks at the table, or makes it. Errors `MR3912` (there is none), `MR3913` (a column is not there), `MR3914` (a column could not hold the values as they
 * are, or needs one that is not written), `MR3915` (the key is not unique).
 */
export async function targetTable(
  connection: PostgresConnection,
  write: PostgresWrite,
  fields: readonly Field[],
  key: readonly string[] | null,
): Promise<TargetTable> {
  const name = quotedTable(write.schema, write.table);
  for (const field of fields) quoted(field.name);
  const look = async (): Promise<readonly TableColumn[]> =>
    (await connection.query(COLUMNS, [name])).rows as never;
  let columns = await look();
  if (columns.length === 0 && write.createTable) {
    await makeTable(connection, name, fields, key);
    columns = await look();
  }
  if (columns.length === 0) throw await noTable(connection, write);
  const found = fields.map(field => columnOf(field, columns, write.table));
  for (const { name: other, required, shown } of columns) {
    if (!required || fields.some(field => field.name === other)) continue;
    throw new SourceError(
      'MR3914',
      `column '${other}' (${shown}) of the table '${write.table}' must have a value, and the rows have no such column.`,
      `Add one: t.derive(r => ({ ${other}: … })), or give it a default in the table.`,
    );
  }
  if (key !== null) await checkKey(connection, name, write, key);
  return {
    name,
    types: found.map(({ type }) => `${quoted(type)}[]`),
    asText: found.map(({ type }) => type === 'text' || type === 'varchar'),
  };
}

async function makeTable(
  connection: PostgresConnection,
  name: string,
  fields: readonly Field[],
  key: readonly string[] | null,
): Promise<void> {
  const columns = fields.map(
    field => `${quoted(field.name)} ${columnType(field.type)}${field.nullable ? '' : ' NOT NULL'}`,
  );
  if (key !== null) {
    const nullable = fields.some(field => field.nullable && key.includes(field.name));
    const names = key.map(quoted).join(', ');
    // NULL is one value of a key here, as it is in the engine.
    columns.push(nullable ? `UNIQUE NULLS NOT DISTINCT (${names})` : `PRIMARY KEY (${names})`);
  }
  await connection.query(`CREATE TABLE IF NOT EXISTS ${name} (${columns.join(', ')})`);
}

async function noTable(
  connection: PostgresConnection,
  { schema, table }: PostgresWrite,
): Promise<SourceError> {
  const { rows } = await connection.query(TABLES, [schema]);
  const near = nearestNames(
    table,
    rows.map(row => String(row.name)),
  );
  const has = near.length === 0 ? '' : ` There is ${near.map(each => `'${each}'`).join(', ')}.`;
  return new SourceError(
    'MR3912',
    `there is no table '${table}' in the schema '${schema}'.${has}`,
    'Make it, or have it made: createTable: true.',
  );
}

function columnOf(field: Field, columns: readonly TableColumn[], table: string): TableColumn {
  const column = columns.find(each => each.name === field.name);
  if (column === undefined) {
    const near = nearestNames(
      field.name,
      columns.map(each => each.name),
    );
    throw new SourceError(
      'MR3913',
      `the table '${table}' has no column '${field.name}'. It has ${near.map(each => `'${each}'`).join(', ')}.`,
      `Leave it out, t.drop('${field.name}'), or give it the table's name: t.rename({ ${field.name}: '${near[0]}' }).`,
    );
  }
  if (holds(column, field.type)) return column;
  throw new SourceError(
    'MR3914',
    `column '${field.name}' of the table '${table}' is ${column.shown}, which cannot hold every ${typeName(field.type)} as it is.`,
    `Make it ${columnType(field.type)} there, or cast it here: t.derive(r => ({ ${field.name}: r.${field.name}.cast(…) })).`,
  );
}

async function checkKey(
  connection: PostgresConnection,
  name: string,
  { table }: PostgresWrite,
  key: readonly string[],
): Promise<void> {
  const { rows } = await connection.query(UNIQUE, [name]);
  const wanted = JSON.stringify([...key].sort());
  if (rows.some(row => JSON.stringify([...(row.names as string[])].sort()) === wanted)) return;
  const names = key.join(', ');
  throw new SourceError(
    'MR3915',
    `the table '${table}' has no unique index on ${names}, by which rows would take each other's place.`,
    `Make one: ALTER TABLE … ADD PRIMARY KEY (${names}).`,
  );
}
