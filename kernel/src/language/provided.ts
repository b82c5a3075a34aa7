import ts from 'typescript';
import type { Field } from 'millrace';
import type { ProvidedType } from '../runner/contract.js';
import type { KnownName } from './names.js';

/** A module that declares names with the row types that running their cell has made known. */
export interface ProvidedModule {
  readonly text: string;
  readonly names: readonly KnownName[];
}

/**
 * Declares each name as its collection of rows of the known fields. The row type is the one that `schema` gives to the same
 * columns, so that what a column's values are is said in one place.
 */
export function providedDeclaration(provided: readonly ProvidedType[], module: string): ProvidedModule {
  const lines = provided.map(
    ({ name, collection, fields }) => `export declare const ${name}: M.${collection}<${rowType(fields)}>;`,
  );
  const names = provided.map(({ name }) => ({ name, text: `import { ${name} } from '${module}';` }));
  return { text: `import type * as M from 'millrace';\n${lines.join('\n')}\n`, names };
}

/** The row type of columns, where `M` is Millrace. */
export function rowType(fields: readonly Field[]): string {
  const columns = fields.map(field => `${JSON.stringify(field.name)}: ${columnType(field)}`);
  return `M.RowOf<ReturnType<typeof M.schema<{ ${columns.join('; ')} }>>>`;
}

/** Types that are made by a call, with a unit, digits or nothing: `timestamp('us')`, `json()`. */
const MADE_BY_CALLS: ReadonlySet<string> = new Set(['timestamp', 'decimal', 'duration', 'json']);

function columnType({ type, nullable }: Field): string {
  if (MADE_BY_CALLS.has(type.kind)) {
    const made = `ReturnType<typeof M.${type.kind}>`;
    return nullable ? `ReturnType<${made}['nullable']>` : made;
  }
  return nullable ? `ReturnType<typeof M.${type.kind}.nullable>` : `typeof M.${type.kind}`;
}

/**
 * Whether the type of a top-level name leaves its rows open: it or its row is `any` or `unknown`, every name is a column, or
 * a column is `any`.
 */
export function isLoose(checker: ts.TypeChecker, file: ts.SourceFile, name: string): boolean {
  const type = exportedType(checker, file, name);
  if (type === null) return false;
  if (isOpen(checker, type)) return true;
  return rowTypes(checker, type).some(
    row =>
      isOpen(checker, row) ||
      row.getProperties().some(column => isOpen(checker, checker.getTypeOfSymbol(column))),
  );
}

/** Which kind of collection a top-level name is by its type; null where it is none. */
export function collectionOf(
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  name: string,
): ProvidedType['collection'] | null {
  const type = exportedType(checker, file, name);
  const parts = type === null ? [] : type.isIntersection() ? type.types : [type];
  const kinds = parts.map(part => KINDS.get(part.getSymbol()?.name ?? ''));
  return kinds.find(kind => kind !== undefined) ?? null;
}

const KINDS: ReadonlyMap<string, ProvidedType['collection']> = new Map([
  ['Stream', 'Stream'],
  ['LiveStream', 'Stream'],
  ['StreamTable', 'StreamTable'],
  ['Table', 'Table'],
]);

function exportedType(checker: ts.TypeChecker, file: ts.SourceFile, name: string): ts.Type | null {
  const module = checker.getSymbolAtLocation(file);
  const symbol =
    module === undefined ? undefined : checker.getExportsOfModule(module).find(found => found.name === name);
  return symbol === undefined ? null : checker.getTypeOfSymbol(symbol);
}

/** The row of a collection, or of each part of a type that a collection is part of. */
function rowTypes(checker: ts.TypeChecker, type: ts.Type): ts.Type[] {
  const parts = type.isIntersection() ? type.types : [type];
  const rows = parts.map(part => rowOfReference(checker, part)).filter(row => row !== undefined);
  return rows.length > 0 ? rows : (type.aliasTypeArguments?.slice(0, 1) ?? []);
}

function rowOfReference(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  const isReference = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
  return isReference ? checker.getTypeArguments(type as ts.TypeReference)[0] : undefined;
}

function isOpen(checker: ts.TypeChecker, type: ts.Type): boolean {
  const open = ts.TypeFlags.Any | ts.TypeFlags.Unknown;
  if ((type.flags & open) !== 0) return true;
  return (
    (type.flags & ts.TypeFlags.Object) !== 0 &&
    checker.getIndexInfoOfType(type, ts.IndexKind.String) !== undefined
  );
}
