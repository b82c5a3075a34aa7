import ts from 'typescript';

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
