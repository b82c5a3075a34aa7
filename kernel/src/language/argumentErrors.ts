import ts from 'typescript';
import { isColumnExpression, OWN } from './expressionLogic.js';
import { nodeAt } from './literals.js';
import { isCollection, quoted, rowNames } from './rowNames.js';

/** Methods of streams and tables that take names of columns, and what those take that are given the columns. */
const TAKES_NAMES: ReadonlySet<string> = new Set(['select', 'drop', 'distinct', 'groupBy']);
const TAKES_FUNCTION: Readonly<Record<string, string>> = {
  where: 'a function which gives a condition on columns',
  derive: 'a function which gives new columns',
  sort: 'a function which gives what to sort by',
};

/** Names that are repeated in what is to be written; of longer ones none is. */
const MOST_NAMES = 8;
const MOST_CHARACTERS = 40;

/** TypeScript's codes of a value that is not what is taken, and of a key that it does not know. */
const WRONG: ReadonlySet<number> = new Set([2322, 2345, 2739, 2740, 2741, 2769]);
const NO_KEY: ReadonlySet<number> = new Set([2353, 2561]);

/**
 * `select(t => t.price)` and `select(['price'])`, where names are taken, `sort('price')`, where a function is, and `where(t => t.price)`, which is no
 * condition: what to write instead. Null where the finding is about something else.
 */
export function argumentError(
  found: ts.Diagnostic,
  file: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Diagnostic | null {
  const node = nodeAt(file, found.start!);
  const given = NO_KEY.has(found.code)
    ? ts.findAncestor(node, isArgument)
    : WRONG.has(found.code)
      ? beginsAt(node, found.start!, file)
      : undefined;
  if (given === undefined) return null;
  const text = isBody(given)
    ? conditionText(given, file, checker)
    : argumentText(given as ts.Expression, checker);
  if (text === null) return null;
  const start = given.getStart(file);
  return {
    file,
    start,
    length: given.getEnd() - start,
    category: ts.DiagnosticCategory.Error,
    code: 4190,
    source: OWN,
    messageText: text,
  };
}

function argumentText(given: ts.Expression, checker: ts.TypeChecker): string | null {
  const { expression: rows, name } = (given.parent as ts.CallExpression)
    .expression as ts.PropertyAccessExpression;
  const type = checker.getTypeAtLocation(rows);
  if (!isCollection(type)) return null;
  const names = rowNames(checker, type);
  return TAKES_NAMES.has(name.text)
    ? namesText(name.text, given, names)
    : functionText(name.text, given, names);
}

/** `where(t => t.price)`: a value of a column is no condition. */
function conditionText(body: ts.Node, file: ts.SourceFile, checker: ts.TypeChecker): string | null {
  const call = body.parent.parent as ts.CallExpression;
  const { expression: rows, name } = call.expression as ts.PropertyAccessExpression;
  const type = checker.getTypeAtLocation(body);
  if (name.text !== 'where' || !isCollection(checker.getTypeAtLocation(rows)) || !isColumnExpression(type))
    return null;
  const text = body.getText(file);
  const value = text.length > MOST_CHARACTERS || /[\n\r]/.test(text) ? 'a' : text;
  const compared = type.getProperty('mul') === undefined ? `eq('text')` : 'gt(0)';
  return `where() takes a condition on columns, and this is a value of one. Compare it: ${value}.${compared}, or ${value}.isNotNull().`;
}

/** The whole argument of a method's call, or the value that a function there gives, which begins at a position. */
function beginsAt(node: ts.Node, start: number, file: ts.SourceFile): ts.Node | undefined {
  return ts.findAncestor(node, each =>
    each.getStart(file) === start ? isArgument(each) || isBody(each) : 'quit',
  );
}

function isArgument(node: ts.Node): boolean {
  const { parent } = node;
  return (
    parent !== undefined &&
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    parent.arguments.some(argument => argument === node)
  );
}

function isBody(node: ts.Node): boolean {
  const { parent } = node;
  return parent !== undefined && ts.isArrowFunction(parent) && parent.body === node && isArgument(parent);
}

function namesText(method: string, given: ts.Expression, names: readonly string[]): string | null {
  if (ts.isStringLiteralLike(given)) return null;
  const isFunction = ts.isArrowFunction(given) || ts.isFunctionExpression(given);
  const what = isFunction
    ? 'a function'
    : ts.isArrayLiteralExpression(given)
      ? 'a list'
      : ts.isObjectLiteralExpression(given)
        ? 'an object'
        : null;
  if (what === null) return null;
  const made = isFunction ? resultOf(given) : given;
  const said = made === null ? null : namesIn(made);
  const write = (list: readonly string[]): string => `${method}(${list.map(quoted).join(', ')})`;
  const begins = `${method}() takes names of columns, one after the other, not ${what}.`;
  if (said !== null) return `${begins} Write ${write(said)}.`;
  const example = write(names.slice(0, 2));
  const computed = isFunction && made !== null && ts.isObjectLiteralExpression(made) ? keysOf(made) : null;
  const hint =
    computed === null
      ? `Write ${example}; what is computed comes before: derive(t => ({ … })).`
      : `Write derive(${parameterText(given)} => ({ … })).${write(computed)}.`;
  return `${begins} ${hint}`;
}

function functionText(method: string, given: ts.Expression, names: readonly string[]): string | null {
  const takes = Object.hasOwn(TAKES_FUNCTION, method) ? TAKES_FUNCTION[method] : null;
  if (takes === null || ts.isFunctionLike(given)) return null;
  const isName = ts.isStringLiteralLike(given) && names.includes(given.text);
  const column = isName ? given.text : (names.find(isIdentifier) ?? 'price');
  const access = isIdentifier(column) ? `t.${column}` : `t[${quoted(column)}]`;
  const body = { where: `${access}.isNotNull()`, derive: `({ copy: ${access} })`, sort: access }[method];
  return `${method}() takes ${takes}. Write ${method}(t => ${body}).`;
}

/** What a function gives: its expression, or what its one `return` does. */
function resultOf({ body }: ts.ArrowFunction | ts.FunctionExpression): ts.Expression | null {
  if (!ts.isBlock(body)) return bare(body);
  const [only] = body.statements;
  return ts.isReturnStatement(only) && only.expression !== undefined ? bare(only.expression) : null;
}

function bare(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? bare(node.expression) : node;
}

/** The names of columns that a value stands for: `t.price`, `[t.price, 'size']`, `{ price: t.price }`; null where it is anything else. */
function namesIn(node: ts.Expression): string[] | null {
  if (ts.isArrayLiteralExpression(node)) {
    const all = node.elements.map(each => nameOf(each));
    return all.length > 0 && all.length <= MOST_NAMES && all.every(name => name !== null) ? all : null;
  }
  if (ts.isObjectLiteralExpression(node)) {
    const keys = keysOf(node);
    const isSame = node.properties.every(each => {
      if (ts.isShorthandPropertyAssignment(each)) return true;
      if (!ts.isPropertyAssignment(each)) return false;
      const { kind } = each.initializer;
      return kind === ts.SyntaxKind.TrueKeyword || nameOf(each.initializer) === keyText(each.name);
    });
    return isSame ? keys : null;
  }
  const name = nameOf(node);
  return name === null ? null : [name];
}

function nameOf(node: ts.Expression): string | null {
  const value = bare(node);
  if (ts.isStringLiteralLike(value)) return short(value.text);
  if (ts.isPropertyAccessExpression(value) && ts.isIdentifier(value.expression))
    return short(value.name.text);
  if (ts.isElementAccessExpression(value) && ts.isStringLiteralLike(value.argumentExpression))
    return short(value.argumentExpression.text);
  return null;
}

/** The keys of an object that is written out; null where they are not all known, or many. */
function keysOf(node: ts.ObjectLiteralExpression): string[] | null {
  const keys = node.properties.map(each => (each.name === undefined ? null : keyText(each.name)));
  return keys.length > 0 && keys.length <= MOST_NAMES && keys.every(key => key !== null) ? keys : null;
}

function keyText(name: ts.PropertyName): string | null {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? short(name.text) : null;
}

function short(text: string): string | null {
  return text.length <= MOST_CHARACTERS ? text : null;
}

function parameterText(node: ts.Expression): string {
  const [first] = (node as ts.ArrowFunction).parameters;
  return first !== undefined && ts.isIdentifier(first.name) ? (short(first.name.text) ?? 't') : 't';
}

function isIdentifier(name: string): boolean {
  return name.length <= MOST_CHARACTERS && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}
