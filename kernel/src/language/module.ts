import ts from 'typescript';
import { topLevelDeclarations, usedNames, type Declaration } from './declarations.js';
import type { KnownName } from './names.js';

/** A cell as a module: the user's text, then what connects it to the other cells. */
export interface CellModule {
  readonly code: string;
  readonly text: string;
  /** The user's text, parsed alone. */
  readonly file: ts.SourceFile;
  readonly declarations: readonly Declaration[];
  readonly identifiers: ReadonlySet<string>;
}

/** Makes a cell into a module that sees `names` and exports what it declares. */
export function cellModule(code: string, names: ReadonlyMap<string, KnownName>): CellModule {
  const file = parse(code);
  const declarations = topLevelDeclarations(file, code.length);
  const own = new Set(declarations.map(declaration => declaration.name));
  const identifiers = usedNames(file, code.length);
  const lines: string[] = [];
  for (const name of identifiers) {
    const known = names.get(name);
    if (known !== undefined && !own.has(name)) lines.push(known.text);
  }
  const exported = new Set(
    declarations.filter(declaration => declaration.exported).map(declaration => declaration.name),
  );
  const toExport = [...own].filter(name => !exported.has(name));
  lines.push(`export { ${toExport.join(', ')} };`);
  return { code, text: `${code}\n;${lines.join('\n')}\n`, file, declarations, identifiers };
}

/** Parses a cell's text as a module, so that `await` means what it means there. */
export function parse(code: string): ts.SourceFile {
  const setExternalModuleIndicator = (file: ts.SourceFile): void => {
    (file as { externalModuleIndicator?: unknown }).externalModuleIndicator = true;
  };
  const options = { languageVersion: ts.ScriptTarget.ES2022, setExternalModuleIndicator };
  return ts.createSourceFile('cell.ts', code, options, true, ts.ScriptKind.TS);
}

/** What is wrong with the text by itself. */
export function syntaxErrors(file: ts.SourceFile): readonly ts.Diagnostic[] {
  return (file as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
}
