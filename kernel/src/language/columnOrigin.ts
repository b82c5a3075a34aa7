import ts from 'typescript';
import { fileFunction } from './fileCalls.js';
import { nodeAt, textAt } from './literals.js';
import { columnNames, namesOfCall } from './rowNames.js';

/** A column that is named at a place of a cell, and where it comes from as it is. */
export interface ColumnAt {
  readonly name: string;
  /** What names it: `price` of `t.price`, or the text. */
  readonly node: ts.Node;
  /** Null: it is made on the way. */
  readonly from: Origin | null;
}

/** The name of a stream or table of another cell, or the call of a function that makes one. */
export type Origin = { readonly variable: string } | { readonly made: ts.CallExpression };

/** So many steps back from a column to its source are followed. */
const MOST_STEPS = 100;

/** Methods that leave the columns as they are which they have. */
const PASSING: ReadonlySet<string> = new Set([
  'where',
  'select',
  'drop',
  'distinct',
  'window',
  'groupBy',
  'rolling',
  'keep',
  'sort',
  'limit',
  'final',
  'cache',
  'unionAll',
  'snapshot',
  'deduplicate',
  'topN',
]);

/** The column that is named at a position, or just before; null where none is. */
export function columnAt(file: ts.SourceFile, checker: ts.TypeChecker, position: number): ColumnAt | null {
  return columnIn(file, checker, position) ?? (position > 0 ? columnIn(file, checker, position - 1) : null);
}

function columnIn(file: ts.SourceFile, checker: ts.TypeChecker, position: number): ColumnAt | null {
  const text = textAt(file, position);
  if (text !== null) return columnOfText(text.node, checker);
  const node = nodeAt(file, position);
  if (!ts.isIdentifier(node)) return null;
  const { parent } = node;
  if (ts.isBindingElement(parent) && parent.name === node && ts.isObjectBindingPattern(parent.parent)) {
    const name =
      parent.propertyName !== undefined && ts.isIdentifier(parent.propertyName)
        ? parent.propertyName.text
        : node.text;
    if (columnNames(checker, checker.getTypeAtLocation(parent.parent))?.includes(name) !== true) return null;
    const parameter = parent.parent.parent;
    return { name, node, from: ts.isParameter(parameter) ? ofParameter(parameter, name, checker) : null };
  }
  if (!ts.isPropertyAccessExpression(parent) || parent.name !== node) return null;
  return columnOfAccess(parent.expression, node.text, node, checker);
}

function columnOfAccess(
  columns: ts.Expression,
  name: string,
  node: ts.Node,
  checker: ts.TypeChecker,
): ColumnAt | null {
  if (columnNames(checker, checker.getTypeAtLocation(columns))?.includes(name) !== true) return null;
  const declared = ts.isIdentifier(columns)
    ? checker.getSymbolAtLocation(columns)?.valueDeclaration
    : undefined;
  const isParameter = declared !== undefined && ts.isParameter(declared);
  return { name, node, from: isParameter ? ofParameter(declared, name, checker) : null };
}

/** `groupBy('symbol')`, `{ by: 'symbol' }`, `t['symbol']`. */
function columnOfText(node: ts.StringLiteralLike, checker: ts.TypeChecker): ColumnAt | null {
  if (ts.isElementAccessExpression(node.parent))
    return columnOfAccess(node.parent.expression, node.text, node, checker);
  let call = ts.findAncestor(node, ts.isCallExpression);
  for (; call !== undefined; call = ts.findAncestor(call.parent, ts.isCallExpression)) {
    if (fileFunction(call) !== null && ts.isPropertyAssignment(node.parent))
      return { name: node.text, node, from: { made: call } };
    if (!namesOfCall(checker, call).has(node.text) || !ts.isPropertyAccessExpression(call.expression))
      continue;
    return { name: node.text, node, from: origin(call.expression.expression, node.text, checker) };
  }
  return null;
}

/** What the rows are of which a callback's parameter is the columns. */
function ofParameter(
  parameter: ts.ParameterDeclaration,
  name: string,
  checker: ts.TypeChecker,
): Origin | null {
  const callback = parameter.parent;
  const call = ts.findAncestor(callback, ts.isCallExpression);
  if (call === undefined || !ts.isPropertyAccessExpression(call.expression)) return null;
  const at = callback.parameters.indexOf(parameter);
  const [other] = call.arguments;
  if (at === 0) return origin(call.expression.expression, name, checker);
  return other === undefined || ts.isFunctionLike(other) ? null : origin(other, name, checker);
}

/** Where the rows of an expression come from whose column is the same there; of no column, as far as rows stay what they are. */
export function origin(
  expression: ts.Expression,
  column: string | null,
  checker: ts.TypeChecker,
  steps = MOST_STEPS,
): Origin | null {
  if (steps === 0) return null;
  const onward = (next: ts.Expression): Origin | null => origin(next, column, checker, steps - 1);
  if (ts.isParenthesizedExpression(expression) || ts.isAwaitExpression(expression))
    return onward(expression.expression);
  if (ts.isIdentifier(expression)) {
    const symbol = checker.getSymbolAtLocation(expression);
    const declared = symbol?.declarations?.[0];
    if (declared === undefined) return null;
    if (ts.isVariableDeclaration(declared) && declared.initializer !== undefined) {
      const isConst = (ts.getCombinedNodeFlags(declared) & ts.NodeFlags.Const) !== 0;
      return isConst ? onward(declared.initializer) : null;
    }
    return isOfOtherCell(declared) ? { variable: expression.text } : null;
  }
  if (!ts.isCallExpression(expression)) return null;
  const { expression: callee } = expression;
  if (ts.isIdentifier(callee) || fileFunction(expression) !== null) return { made: expression };
  if (!ts.isPropertyAccessExpression(callee)) return null;
  const passes =
    PASSING.has(callee.name.text) ||
    (callee.name.text === 'derive' && (column === null || !derives(expression, column)));
  return passes ? onward(callee.expression) : null;
}

/** Whether a declaration stands for a name of an earlier cell: what a cell's module was given (see `names.ts`). */
function isOfOtherCell(declared: ts.Declaration): boolean {
  if (ts.isVariableDeclaration(declared))
    return (ts.getCombinedModifierFlags(declared) & ts.ModifierFlags.Ambient) !== 0;
  if (!ts.isImportSpecifier(declared)) return false;
  const { moduleSpecifier } = declared.parent.parent.parent;
  return ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('./.cell-');
}

/** Whether a column may be made anew by `derive(t => ({ … }))`. */
function derives({ arguments: [callback] }: ts.CallExpression, column: string): boolean {
  if (callback === undefined || !ts.isArrowFunction(callback)) return true;
  let { body } = callback as { body: ts.Node };
  while (ts.isParenthesizedExpression(body)) body = body.expression;
  if (!ts.isObjectLiteralExpression(body)) return true;
  return body.properties.some(({ name }) => {
    if (name === undefined || ts.isComputedPropertyName(name)) return true;
    return (name as ts.Identifier).text === column;
  });
}
