import ts from 'typescript';
import { OWN } from './expressionLogic.js';

/** What is wrong with a text that would be right if it were TSX: one finding that says so; else none. */
export function jsxErrors(file: ts.SourceFile, errors: readonly ts.Diagnostic[]): readonly ts.Diagnostic[] {
  if (errors.length === 0 || !/<[\p{L}>]/u.test(file.text)) return [];
  const asTsx = ts.createSourceFile('cell.tsx', file.text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX);
  const left = (asTsx as unknown as { parseDiagnostics: readonly unknown[] }).parseDiagnostics;
  const element = left.length > 0 ? undefined : firstElement(asTsx);
  if (element === undefined) return [];
  const start = element.getStart(asTsx);
  return [
    {
      file,
      start,
      length: element.getEnd() - start,
      category: ts.DiagnosticCategory.Error,
      code: 4132,
      source: OWN,
      messageText:
        'Cells have no JSX. Write HTML as text: display.html(`<b>${value}</b>`), or begin the cell with %%html.',
    },
  ];
}

function firstElement(node: ts.Node): ts.Node | undefined {
  if (ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node)) return node;
  return ts.forEachChild(node, firstElement);
}
