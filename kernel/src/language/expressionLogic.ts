import ts from 'typescript';

/** Marks the diagnostics that are Millrace's own. */
export const OWN = 'millrace';

/** What JavaScript's own logic does with an expression of columns, which is an object and so always true, and what to write. */
const INSTEAD: Readonly<Record<string, string>> = {
  '&&': 'keeps the right side and throws the left one away. Write a.and(b).',
  '||': 'keeps the left side and throws the right one away. Write a.or(b).',
  '??': 'keeps the left side, which is never nullish. Write a.coalesce(b).',
  '?:': 'always takes the first branch. Write when(condition).then(a).otherwise(b), or condition.ifElse(a, b).',
  '!': 'is always false. Write a.not().',
  '&&=': 'puts the right side in its place. Write a = a.and(b).',
  '||=': 'changes nothing. Write a = a.or(b).',
  '??=': 'changes nothing. Write a = a.coalesce(b).',
  if: 'is always true. Choose values with when(condition).then(a).otherwise(b), and rows with where().',
};

/** What loops while something is true. */
const LOOP = 'never ends. A condition of rows goes into where().';

/** What TypeScript says of the value of such logic, where a condition is taken. */
const SAID: ReadonlySet<number> = new Set([2322, 2345]);

/** The same findings and those of logic on expressions of columns, but for what TypeScript says of the same place. */
export function withLogicErrors(
  found: readonly ts.Diagnostic[],
  file: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Diagnostic[] {
  const own = logicOnExpressions(file, checker);
  const isCovered = ({ code, start, length }: ts.Diagnostic): boolean =>
    SAID.has(code) && own.some(each => start! <= each.start! && each.start! < start! + length!);
  return [...found.filter(each => !isCovered(each)), ...own];
}

/**
 * Finds `&&`, `||`, `??`, `?:`, `!`, `if` and loops on expressions of columns. The types allow them, since any object may be tested; they never do what
 * was meant.
 */
function logicOnExpressions(file: ts.SourceFile, checker: ts.TypeChecker): ts.Diagnostic[] {
  const found: ts.Diagnostic[] = [];
  const test = (operand: ts.Expression, sign: string, at: ts.Node, instead = INSTEAD[sign]) => {
    if (!isColumnExpression(checker.getTypeAtLocation(operand))) return;
    found.push({
      file,
      start: at.getStart(file),
      length: at.getEnd() - at.getStart(file),
      category: ts.DiagnosticCategory.Error,
      code: 1301,
      source: OWN,
      messageText: `'${sign}' on an expression of columns ${instead}`,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const sign = ts.tokenToString(node.operatorToken.kind) ?? '';
      if (/^(&&|\|\||\?\?)=?$/.test(sign)) test(node.left, sign, node.operatorToken);
    } else if (ts.isConditionalExpression(node)) test(node.condition, '?:', node.questionToken);
    else if (ts.isIfStatement(node)) test(node.expression, 'if', node.expression);
    else if (ts.isWhileStatement(node)) test(node.expression, 'while', node.expression, LOOP);
    else if (ts.isDoStatement(node)) test(node.expression, 'do', node.expression, LOOP);
    else if (ts.isForStatement(node) && node.condition !== undefined) {
      test(node.condition, 'for', node.condition, LOOP);
    } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      test(node.operand, '!', node);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether a type is one of Millrace's expressions, and nothing else: a value that may be missing is rightly tested. */
export function isColumnExpression(type: ts.Type): boolean {
  if (type.flags & ts.TypeFlags.Any) return false;
  if (type.isUnion()) return type.types.every(isColumnExpression);
  if (type.getProperty('isNull') === undefined || type.getProperty('tryCast') === undefined) return false;
  return type.getProperties().some(property => String(property.escapedName).startsWith('__@VALUE@'));
}
