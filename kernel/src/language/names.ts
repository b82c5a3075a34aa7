import type { Declaration } from './declarations.js';
import { importText } from './declarations.js';
import type ts from 'typescript';

/** A top-level name of an earlier cell: the statement that brings it into another cell's module. */
export interface KnownName {
  readonly name: string;
  /** An import, or a declaration where the name may be assigned. */
  readonly text: string;
}

/**
 * How a name of a committed module is brought into later cells. Imports of packages are repeated; names that may be
 * assigned are declared with the type that they have there, since an import cannot be assigned; the rest is imported.
 */
export function knownName(declaration: Declaration, file: ts.SourceFile, module: string): KnownName {
  const { name } = declaration;
  if (declaration.kind === 'import') return { name, text: importText(declaration.node, file) };
  if (declaration.kind === 'mutable')
    return { name, text: `declare let ${name}: typeof import('${module}').${name};` };
  return { name, text: `import { ${name} } from '${module}';` };
}
