import type ts from 'typescript';
import type { Augmentations } from './augmentations.js';
import { topLevelDeclarations, usedNames, type Declaration } from './declarations.js';
import { findMagics, type Magic } from './magics.js';
import type { KnownName } from './names.js';
import { parse } from './parse.js';

/** Names that are listed at most. */
const MOST_LISTED = 1000;

/** A cell as a module: the user's text, then what connects it to the other cells. */
export interface CellModule {
  /** The user's text, its magics masked: everything is where it was. */
  readonly code: string;
  /** The user's text as it was written. */
  readonly original: string;
  readonly magics: readonly Magic[];
  /** Magics that are not there or stand where they cannot. */
  readonly magicErrors: readonly ts.Diagnostic[];
  readonly text: string;
  /** The user's text, parsed alone. */
  readonly file: ts.SourceFile;
  readonly declarations: readonly Declaration[];
  readonly identifiers: ReadonlySet<string>;
  /** The names of the notebook, where a magic is to list them. */
  readonly listed: readonly string[];
}

/** Makes a cell into a module that sees `names` and exports what it declares. */
export function cellModule(
  original: string,
  names: ReadonlyMap<string, KnownName>,
  augmentations: Augmentations,
): CellModule {
  const { masked: code, magics, errors: magicErrors } = findMagics(original);
  const file = parse(code);
  const declarations = topLevelDeclarations(file, code.length);
  const own = new Set(declarations.map(declaration => declaration.name));
  const identifiers = usedNames(file, code.length);
  const lines: string[] = augmentations.besides(file, code.length);
  const listed = magics.some(magic => magic.definition.name === 'who')
    ? [...new Set([...names.keys(), ...own])].sort().slice(0, MOST_LISTED)
    : [];
  for (const name of new Set([...identifiers, ...listed])) {
    const known = names.get(name);
    if (known !== undefined && !own.has(name)) lines.push(known.text);
  }
  const exported = new Set(
    declarations.filter(declaration => declaration.exported).map(declaration => declaration.name),
  );
  const toExport = [...own].filter(name => !exported.has(name));
  lines.push(`export { ${toExport.join(', ')} };`);
  const text = `${code}\n;${lines.join('\n')}\n`;
  return { code, original, magics, magicErrors, text, file, declarations, identifiers, listed };
}
