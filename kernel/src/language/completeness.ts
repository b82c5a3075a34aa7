import ts from 'typescript';
import type { Completeness } from './api.js';

/** What the parser says where text that goes on is missing. */
const UNFINISHED = new Set([
  1003, 1005, 1010, 1012, 1109, 1110, 1126, 1131, 1132, 1134, 1135, 1136, 1137, 1138, 1139, 1145, 1146, 1160,
  1472,
]);

/** Whether a text could be run as it is, needs more lines, or can never be right. */
export function completeness(code: string): Completeness {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const text = code.trimEnd();
  const found = ts.transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.ESNext },
  });
  const errors = (found.diagnostics ?? []).filter(diagnostic => diagnostic.start !== undefined);
  if (errors.length === 0) return { status: 'complete', indent: '' };
  const depth = openBrackets(file, code);
  const atEnd = errors.every(
    error => error.start! + (error.length ?? 0) >= text.length && UNFINISHED.has(error.code),
  );
  if (depth > 0 || (depth === 0 && atEnd))
    return { status: 'incomplete', indent: '  '.repeat(Math.max(depth, 0)) };
  return { status: 'invalid', indent: '' };
}

/** How many brackets are open at the end; at least 1 in an unfinished template or comment. */
function openBrackets(file: ts.SourceFile, code: string): number {
  let depth = 0;
  let lastEnd = 0;
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file);
    if (children.length === 0) {
      if (node.getWidth(file) === 0) return;
      lastEnd = node.end;
      if (OPENING.has(node.kind)) depth++;
      else if (CLOSING.has(node.kind)) depth--;
      else if (isUnfinishedTemplate(node)) depth++;
    }
    children.forEach(visit);
  };
  visit(file);
  const rest = code.slice(lastEnd);
  return depth + (/\/\*(?:(?!\*\/).)*$/s.test(rest) ? 1 : 0);
}

const OPENING = new Set([
  ts.SyntaxKind.OpenBraceToken,
  ts.SyntaxKind.OpenParenToken,
  ts.SyntaxKind.OpenBracketToken,
  ts.SyntaxKind.TemplateHead,
]);
const CLOSING = new Set([
  ts.SyntaxKind.CloseBraceToken,
  ts.SyntaxKind.CloseParenToken,
  ts.SyntaxKind.CloseBracketToken,
  ts.SyntaxKind.TemplateTail,
]);

function isUnfinishedTemplate(node: ts.Node): boolean {
  return (node as { isUnterminated?: boolean }).isUnterminated === true && ts.isTemplateLiteralToken(node);
}
