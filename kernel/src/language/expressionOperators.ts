import ts from 'typescript';
import { isColumnExpression, OWN } from './expressionLogic.js';

/** Longer texts are not repeated in what is to be written. */
const MOST_CHARACTERS = 40;

/** The methods that operators are meant to be; `mirrored`: where only the right side is an expression. */
const METHODS: Readonly<Record<string, { readonly method: string; readonly mirrored?: string }>> = {
  '==': { method: 'eq', mirrored: 'eq' },
  '===': { method: 'eq', mirrored: 'eq' },
  '!=': { method: 'ne', mirrored: 'ne' },
  '!==': { method: 'ne', mirrored: 'ne' },
  '<': { method: 'lt', mirrored: 'gt' },
  '<=': { method: 'le', mirrored: 'ge' },
  '>': { method: 'gt', mirrored: 'lt' },
  '>=': { method: 'ge', mirrored: 'le' },
  '+': { method: 'add', mirrored: 'add' },
  '*': { method: 'mul', mirrored: 'mul' },
  '-': { method: 'sub' },
  '/': { method: 'div' },
  '%': { method: 'mod' },
  '**': { method: 'pow' },
  '&': { method: 'bitAnd' },
  '|': { method: 'bitOr' },
  '^': { method: 'bitXor' },
};

const COMPARISONS: ReadonlySet<string> = new Set(['==', '===', '!=', '!==']);
const UNARY: Readonly<Record<string, string>> = { '-': 'neg', '~': 'bitNot' };
/** Functions of JavaScript that make a value of what they are given. */
const CONVERTING: Readonly<Record<string, string>> = {
  String: 'cast(string)',
  Number: 'cast(float64)',
  Boolean: 'cast(boolean)',
  parseFloat: 'cast(float64)',
  parseInt: 'cast(int64)',
};

/** What TypeScript says of such operators, less well. */
const SAID: ReadonlySet<number> = new Set([2322, 2345, 2362, 2363, 2365, 2367, 2447]);

/**
 * Finds operators, templates and conversions of JavaScript on expressions of columns, which have no values of their own: `t.price > 1`, `-t.price`,
 * `` `${t.symbol}` ``, `Math.abs(t.price)`. Where TypeScript complains of the same, its finding is left out.
 */
export function withOperatorErrors(
  found: readonly ts.Diagnostic[],
  file: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Diagnostic[] {
  const own: ts.Diagnostic[] = [];
  const places: ts.Node[] = [];
  const isExpression = (node: ts.Expression): boolean => isColumnExpression(checker.getTypeAtLocation(node));
  const add = (at: ts.Node, whole: ts.Node, sign: string, instead: string): void => {
    places.push(whole);
    own.push(
      error(
        file,
        at,
        `'${sign}' cannot be used on an expression of columns: it has no value of its own. ${instead}`,
      ),
    );
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) binary(node);
    else if (ts.isPrefixUnaryExpression(node)) unary(node);
    else if (ts.isTemplateExpression(node)) template(node);
    else if (ts.isCallExpression(node)) conversion(node);
    else if (ts.isSwitchStatement(node) && isExpression(node.expression)) {
      add(
        node.expression,
        node.expression,
        'switch',
        'Choose values with when(condition).then(a).otherwise(b).',
      );
    }
    ts.forEachChild(node, visit);
  };

  function binary(node: ts.BinaryExpression): void {
    const sign = ts.tokenToString(node.operatorToken.kind) ?? '';
    const meant = Object.hasOwn(METHODS, sign) ? METHODS[sign] : undefined;
    if (meant === undefined) return;
    const [left, right] = [isExpression(node.left), isExpression(node.right)];
    if (!left && !right) return;
    add(node.operatorToken, node, sign, `Write ${binaryText(node, sign, meant, left, right)}.`);
  }

  function binaryText(
    { left, right }: ts.BinaryExpression,
    sign: string,
    { method, mirrored }: { readonly method: string; readonly mirrored?: string },
    isLeft: boolean,
    isRight: boolean,
  ): string {
    const [a, b] = [shown(file, left, 'a'), shown(file, right, 'b')];
    const [own, other] = isLeft ? [left, right] : [right, left];
    if (COMPARISONS.has(sign) && !(isLeft && isRight) && isNothing(other))
      return `${shown(file, own, 'a')}.${method === 'eq' ? 'isNull' : 'isNotNull'}()`;
    // Texts are put together by another method than numbers.
    const isText =
      sign === '+' &&
      checker.getTypeAtLocation(own).getProperty('concat') !== undefined &&
      checker.getTypeAtLocation(own).getProperty('add') === undefined;
    if (isText) return isLeft ? `${a}.concat(${b})` : `lit(${a}).concat(${b})`;
    if (isLeft) return `${a}.${method}(${b})`;
    return mirrored === undefined ? `lit(${a}).${method}(${b})` : `${b}.${mirrored}(${a})`;
  }

  function unary(node: ts.PrefixUnaryExpression): void {
    const sign = ts.tokenToString(node.operator) ?? '';
    if (!'-+~'.includes(sign) || sign === '' || !isExpression(node.operand)) return;
    const operand = shown(file, node.operand, 'a');
    const instead = sign === '+' ? `${operand}.cast(float64)` : `${operand}.${UNARY[sign]}()`;
    add(node, node, sign, `Write ${instead}.`);
  }

  function template(node: ts.TemplateExpression): void {
    if (ts.isTaggedTemplateExpression(node.parent)) return;
    const span = node.templateSpans.find(({ expression }) => isExpression(expression));
    if (span === undefined) return;
    add(span.expression, span.expression, '${…}', `Write ${concatText(node)}.`);
  }

  function concatText(node: ts.TemplateExpression): string {
    const parts = [
      ...(node.head.text === '' ? [] : [`'${node.head.text}'`]),
      ...node.templateSpans.flatMap(({ expression, literal }) => [
        expression.getText(file),
        ...(literal.text === '' ? [] : [`'${literal.text}'`]),
      ]),
    ];
    const [first, ...rest] = parts;
    const start = first.startsWith("'") ? `lit(${first})` : first;
    const text = `${start}.concat(${rest.join(', ')})`;
    return text.length > 2 * MOST_CHARACTERS || /[\n\r]/.test(text) ? "lit('text').concat(a, b)" : text;
  }

  function conversion(node: ts.CallExpression): void {
    const [given] = node.arguments;
    if (given === undefined || ts.isSpreadElement(given)) return;
    const { expression: callee } = node;
    if (ts.isIdentifier(callee) && Object.hasOwn(CONVERTING, callee.text) && isExpression(given)) {
      add(node, node, callee.text, `Write ${shown(file, given, 'a')}.${CONVERTING[callee.text]}.`);
    } else if (
      ts.isPropertyAccessExpression(callee) &&
      ts.isIdentifier(callee.expression) &&
      callee.expression.text === 'Math'
    ) {
      const at = node.arguments.find(isExpression);
      if (at === undefined) return;
      add(node, node, callee.getText(file), mathText(callee.name.text, node, at));
    }
  }

  function mathText(name: string, node: ts.CallExpression, at: ts.Expression): string {
    const args = node.arguments.map(each => shown(file, each, 'a'));
    if (name === 'max') return `Write greatest(${args.join(', ')}).`;
    if (name === 'min') return `Write least(${args.join(', ')}).`;
    const method = name === 'log' ? 'ln' : name;
    const isMethod = checker.getTypeAtLocation(at).getProperty(method) !== undefined;
    return isMethod
      ? `Write ${shown(file, at, 'a')}.${method}(${args.filter((_, k) => node.arguments[k] !== at).join(', ')}).`
      : 'Write it with methods of the column.';
  }

  visit(file);
  const isCovered = ({ code, start }: ts.Diagnostic): boolean =>
    SAID.has(code) &&
    start !== undefined &&
    places.some(place => place.getStart(file) <= start && start < place.getEnd());
  return [...found.filter(each => !isCovered(each)), ...own];
}

function isNothing(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === 'undefined');
}

/** An operand as it is written; one that is long, or needs brackets, by a letter or in brackets. */
function shown(file: ts.SourceFile, node: ts.Expression, letter: string): string {
  const text = node.getText(file);
  if (text.length > MOST_CHARACTERS || /[\n\r]/.test(text)) return letter;
  const isSimple =
    ts.isIdentifier(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isCallExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isLiteralExpression(node);
  return isSimple ? text : `(${text})`;
}

function error(file: ts.SourceFile, node: ts.Node, messageText: string): ts.Diagnostic {
  return {
    file,
    start: node.getStart(file),
    length: node.getEnd() - node.getStart(file),
    category: ts.DiagnosticCategory.Error,
    code: 1303,
    source: OWN,
    messageText,
  };
}
