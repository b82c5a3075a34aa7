import ts from 'typescript';
import type { DataType } from 'millrace';
import type { ProvidedType } from '../runner/contract.js';
import type { KnownName } from './names.js';

/** A module that declares names with the row types that running their cell has made known. */
export interface ProvidedModule {
  readonly text: string;
  readonly names: readonly KnownName[];
}

/** What a value of each type of column is in TypeScript: see `RowOf` of `millrace`. */
const VALUE_TYPES: Record<DataType['kind'], string> = {
  boolean: 'boolean',
  int32: 'number',
  int64: 'number',
  float64: 'number',
  string: 'string',
  timestamp: 'Temporal.Instant',
  date: 'Temporal.PlainDate',
};

/** Declares each name as its collection of rows of the known fields. */
export function providedDeclaration(provided: readonly ProvidedType[], module: string): ProvidedModule {
  const collections = [...new Set(provided.map(type => type.collection))].sort();
  const lines = provided.map(({ name, collection, fields }) => {
    const columns = fields.map(({ name: column, type, nullable }) => {
      return `${JSON.stringify(column)}: ${VALUE_TYPES[type.kind]}${nullable ? ' | null' : ''}`;
    });
    return `export declare const ${name}: ${collection}<{ ${columns.join('; ')} }>;`;
  });
  const imports = `import type { ${collections.join(', ')}, Temporal } from 'millrace';`;
  const names = provided.map(({ name }) => ({ name, text: `import { ${name} } from '${module}';` }));
  return { text: `${imports}\n${lines.join('\n')}\n`, names };
}

/** Whether the type of a top-level name leaves its rows open: `any`, `unknown`, or any name is a column. */
export function isLoose(checker: ts.TypeChecker, file: ts.SourceFile, name: string): boolean {
  const module = checker.getSymbolAtLocation(file);
  const symbol =
    module === undefined ? undefined : checker.getExportsOfModule(module).find(found => found.name === name);
  if (symbol === undefined) return false;
  const type = checker.getTypeOfSymbol(symbol);
  if (isOpen(checker, type)) return true;
  const row = (type.aliasTypeArguments ?? checker.getTypeArguments(type as ts.TypeReference))[0] as
    ts.Type | undefined;
  return row !== undefined && isOpen(checker, row);
}

function isOpen(checker: ts.TypeChecker, type: ts.Type): boolean {
  const open = ts.TypeFlags.Any | ts.TypeFlags.Unknown;
  return (type.flags & open) !== 0 || checker.getIndexInfoOfType(type, ts.IndexKind.String) !== undefined;
}
