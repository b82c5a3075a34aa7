import { SourceError } from '../../../sources/error.js';

/** Longer names would be cut by the server. */
const LONGEST = 63;

/** A name of a table or column as SQL has it. Error `MR3916` for one that Postgres cannot have. */
export function quoted(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (name !== '' && bytes <= LONGEST && !name.includes('\0')) return `"${name.replaceAll('"', '""')}"`;
  const why = name === '' ? 'is empty' : bytes > LONGEST ? `has more than ${LONGEST} bytes` : 'holds a NUL character';
  throw new SourceError(
    'MR3916',
    `the name ${JSON.stringify(name)} ${why}, which Postgres cannot have.`,
    "Give the column another one: t.rename({ … }).",
  );
}

/** A table with its schema. */
export function quotedTable(schema: string, table: string): string {
  return `${quoted(schema)}.${quoted(table)}`;
}
