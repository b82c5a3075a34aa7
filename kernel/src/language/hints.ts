import ts from 'typescript';
import type { CellDiagnostic } from '../runner/contract.js';

/** Hints of a cell; more are not shown. */
const MOST_HINTS = 10;

/**
 * Finds statements in the middle of a cell that do nothing with what they make: a promise that nobody waits for, and a value that
 * nobody uses. They are allowed, and rarely meant.
 *
 * @param end where the user's text ends
 * @param skipped the lines (from 0) of magics
 */
export function cellHints(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  end: number,
  skipped: ReadonlySet<number>,
): CellDiagnostic[] {
  const found: CellDiagnostic[] = [];
  const own = file.statements.filter(
    statement => statement.getStart(file) < end && !ts.isEmptyStatement(statement),
  );
  const last = own.at(-1);
  const test = (statement: ts.ExpressionStatement, isTop: boolean): void => {
    if (found.length >= MOST_HINTS || statement === last || skipped.has(lineOf(file, statement))) return;
    const { expression } = statement;
    if (isFloating(expression, checker)) {
      found.push(hint(file, expression, 4130, FLOATING));
    } else if (
      ts.isCallExpression(expression) &&
      !isKeeping(expression) &&
      isPlanned(checker.getTypeAtLocation(expression))
    ) {
      found.push(hint(file, expression, 4141, droppedText(file, expression)));
    } else if (isTop && isUnused(expression, checker)) {
      found.push(hint(file, expression, 4131, UNUSED));
    }
  };
  const visit = (node: ts.Node, isTop: boolean): void => {
    // What a function does is between it and its callers.
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isExpressionStatement(node)) test(node, isTop);
    else ts.forEachChild(node, child => visit(child, false));
  };
  for (const statement of own) visit(statement, true);
  return found;
}

const FLOATING =
  'Nobody waits for this promise: the cell goes on before it has settled, and an error of it is told late. Write await before it, or void where that is meant.';
const UNUSED =
  'This value is not used: only the last one of a cell is shown. Show it with display(…), or give it a name.';

function isFloating(expression: ts.Expression, checker: ts.TypeChecker): boolean {
  if (!ts.isCallExpression(expression) && !isPlainValue(expression)) return false;
  if (ts.isCallExpression(expression) && isHandled(expression)) return false;
  const type = checker.getTypeAtLocation(expression);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(part => part.getSymbol()?.name === 'Promise' && part.getProperty('then') !== undefined);
}

/** `p.catch(f)` and `p.then(f, g)` say what becomes of an error. */
function isHandled({ expression, arguments: args }: ts.CallExpression): boolean {
  if (!ts.isPropertyAccessExpression(expression)) return false;
  const name = expression.name.text;
  return (name === 'catch' && args.length > 0) || (name === 'then' && args.length > 1);
}

function isUnused(expression: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isParenthesizedExpression(expression)) return isUnused(expression.expression, checker);
  if (isPlainValue(expression)) return !ts.isStringLiteral(expression);
  return ts.isBinaryExpression(expression) && isPlainOperator(expression.operatorToken.kind);
}

function isPlainValue(expression: ts.Expression): boolean {
  return (
    ts.isIdentifier(expression) ||
    ts.isPropertyAccessExpression(expression) ||
    ts.isLiteralExpression(expression) ||
    ts.isTemplateExpression(expression) ||
    ts.isArrayLiteralExpression(expression)
  );
}

/** Operators that only make a value: no assignments, and none behind which a call may be meant. */
function isPlainOperator(kind: ts.SyntaxKind): boolean {
  const isAssignment = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  const isChoice =
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken ||
    kind === ts.SyntaxKind.CommaToken;
  return !isAssignment && !isChoice;
}

/** Whether a type is one of ours that only says what is to be computed or drawn: a stream, a table, a chart, or one on its way to be. */
function isPlanned(type: ts.Type): boolean {
  if (type.isIntersection()) return type.types.some(isPlanned);
  const symbol = type.getSymbol();
  if (symbol === undefined || !PLANNED.has(symbol.name)) return false;
  return MARKS.some(name => type.getProperty(name) !== undefined);
}

/** `bars.cache()` keeps its rows from then on, whoever looks. */
function isKeeping({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && expression.name.text === 'cache';
}

const PLANNED: ReadonlySet<string> = new Set([
  'Stream',
  'StreamTable',
  'Table',
  'LiveStream',
  'Chart',
  'Grouped',
  'Windowed',
  'Rolling',
]);
/** Classes of other packages may be called so, too. */
const MARKS = ['explain', 'plan', 'aggregate', 'derive'];

function droppedText(file: ts.SourceFile, expression: ts.CallExpression): string {
  const text = expression.getText(file).replace(/\s+/g, ' ');
  const shown = text.length <= MOST_SHOWN ? text : '…';
  return `This is neither shown nor kept: it only says what is to be computed. Write display(${shown}), or const rows = ${shown}`;
}

/** A longer call is not repeated. */
const MOST_SHOWN = 60;

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line;
}

/** A finding that lets the cell run. */
export function hint(file: ts.SourceFile, node: ts.Node, code: number, message: string): CellDiagnostic {
  const start = file.getLineAndCharacterOfPosition(node.getStart(file));
  const stop = file.getLineAndCharacterOfPosition(node.getEnd());
  return {
    severity: 'warning',
    code: `MR${code}`,
    message,
    line: start.line + 1,
    column: start.character + 1,
    endLine: stop.line + 1,
    endColumn: stop.character + 1,
  };
}
