import ts from 'typescript';
import { argumentError } from './argumentErrors.js';
import { OWN } from './expressionLogic.js';
import { fileFunction } from './fileCalls.js';
import { nodeAt, stringNames } from './literals.js';
import { memberError } from './memberErrors.js';
import { accessText, columnNames, isInventedField, meantText, namesOfCall, quoted } from './rowNames.js';

/** So many texts inside an argument are looked at for one that is no column. */
const MOST_TEXTS = 50;
/** A text may stand so many calls deep in what names the columns. */
const MOST_CALLS = 3;

/** TypeScript's codes of a property that is not there, and of a text where others are expected. */
const NO_PROPERTY: ReadonlySet<number> = new Set([2339, 2551]);
const NO_TEXT: ReadonlySet<number> = new Set([2345, 2322, 2820, 2769]);
const NO_KEY: ReadonlySet<number> = new Set([2353, 2561]);
/** TypeScript's code of an index that is not there: an implicit any, which is allowed where the index is not written out. */
const NO_INDEX = 7053;

/** The program around a cell's file. */
interface Context {
  readonly service: ts.LanguageService;
  readonly file: ts.SourceFile;
  readonly checker: ts.TypeChecker;
}

/** The same findings, but that those of misspelt columns name the nearest ones and say what to write. */
export function withColumnErrors(
  found: readonly ts.Diagnostic[],
  service: ts.LanguageService,
  file: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Diagnostic[] {
  const context = { service, file, checker };
  const computed = computedErrors(context);
  /** What is made of a column that is not there has no methods. */
  const follows = ({ code, start }: ts.Diagnostic): boolean => {
    if (!NO_PROPERTY.has(code) || start === undefined || computed.length === 0) return false;
    const { parent } = nodeAt(file, start);
    if (parent === undefined || !ts.isPropertyAccessExpression(parent)) return false;
    const { expression } = parent;
    return computed.some(
      each => expression.getStart(file) <= each.start! && each.start! < expression.getEnd(),
    );
  };
  return [
    ...found.filter(each => !follows(each)).map(each => columnError(each, context) ?? each),
    ...computed,
  ];
}

function columnError(found: ts.Diagnostic, context: Context): ts.Diagnostic | null {
  if (found.file?.fileName !== context.file.fileName || found.start === undefined) return null;
  const node = nodeAt(context.file, found.start);
  if (NO_PROPERTY.has(found.code))
    return propertyError(node, context) ?? memberError(node, context.file, context.checker);
  if (found.code === NO_INDEX) return memberError(node, context.file, context.checker);
  const argument = argumentError(found, context.file, context.checker);
  if (argument !== null) return argument;
  if (NO_TEXT.has(found.code)) return textError(node, found, context);
  return NO_KEY.has(found.code) ? keyError(node, context) : null;
}

/** `t.pirce`, `t['pirce']`, and `({ pirce }) => …`. */
function propertyError(node: ts.Node, { file, checker }: Context): ts.Diagnostic | null {
  if (ts.isStringLiteralLike(node)) return computedError(node, file, checker);
  if (!ts.isIdentifier(node)) return null;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    const names = columnNames(checker, checker.getTypeAtLocation(parent.expression));
    const columns = parent.expression.getText(file);
    return names === null ? null : noColumn(file, node, node.text, names, name => accessText(columns, name));
  }
  if (!ts.isBindingElement(parent) || !ts.isObjectBindingPattern(parent.parent)) return null;
  const names = columnNames(checker, checker.getTypeAtLocation(parent.parent));
  return names === null ? null : noColumn(file, node, node.text, names, quoted);
}

/** `t['pirce']`, and `t.col('pirce')`. */
function computedError(
  node: ts.StringLiteralLike,
  file: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Diagnostic | null {
  const { parent } = node;
  const isCall =
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    parent.expression.name.text === 'col';
  const object = isCall
    ? (parent.expression as ts.PropertyAccessExpression).expression
    : ts.isElementAccessExpression(parent)
      ? parent.expression
      : null;
  if (object === null) return null;
  const names = columnNames(checker, checker.getTypeAtLocation(object));
  if (names === null || names.includes(node.text) || (!isCall && node.text === 'col')) return null;
  const columns = object.getText(file);
  return noColumn(file, node, node.text, names, name => (isCall ? quoted(name) : accessText(columns, name)));
}

/** Columns by computed names, of which TypeScript may say that they are an implicit any, or what their methods are not. */
function computedErrors({ file, checker }: Context): ts.Diagnostic[] {
  const found: ts.Diagnostic[] = [];
  const visit = (node: ts.Node): void => {
    const error = ts.isStringLiteralLike(node) ? computedError(node, file, checker) : null;
    if (error !== null) found.push(error);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `groupBy('symbl')`, `{ by: 'symbl' }`, `{ field: 'vwpa' }`. */
function textError(node: ts.Node, found: ts.Diagnostic, context: Context): ts.Diagnostic | null {
  const { service, file, checker } = context;
  for (const literal of textsAt(node, found)) {
    const allowed = stringNames(service, file.fileName, literal.getStart(file) + 1);
    const isInvented = isInventedField(checker, literal);
    const names = allowed.filter(name => !isInvented || name !== literal.text);
    if (names.length === 0 || names.includes(literal.text) || !areColumns(literal, names, context)) continue;
    const { parent } = literal;
    const before =
      ts.isPropertyAssignment(parent) && ts.isIdentifier(parent.name) ? `${parent.name.text}: ` : '';
    return noColumn(file, literal, literal.text, names, name => before + quoted(name));
  }
  return null;
}

/** `rename({ symbl: 's' })`, where TypeScript complains of a key. */
function keyError(node: ts.Node, context: Context): ts.Diagnostic | null {
  const { file, checker } = context;
  if (!ts.isIdentifier(node) && !ts.isStringLiteral(node)) return null;
  const literal = node.parent.parent;
  if (!ts.isObjectLiteralExpression(literal)) return null;
  const names = checker.getContextualType(literal)?.getProperties() ?? [];
  const known = names.map(({ name }) => name);
  if (known.length === 0 || !areColumns(node, known, context)) return null;
  return noColumn(file, node, node.text, known, name =>
    /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : quoted(name),
  );
}

/** The texts that an error may be about: the one at its place, or those inside the value there. */
function textsAt(node: ts.Node, found: ts.Diagnostic): ts.StringLiteralLike[] {
  if (ts.isStringLiteralLike(node)) return [node];
  const { parent } = node;
  const end = found.start! + (found.length ?? 0);
  const whole =
    ts.isPropertyAssignment(parent) && parent.name === node
      ? parent.initializer
      : (ts.findAncestor(node, each => each.getEnd() >= end) ?? node);
  const call = ts.findAncestor(node, ts.isCallExpression);
  const roots = found.code === 2769 && call !== undefined ? call.arguments : [whole];
  const texts: ts.StringLiteralLike[] = [];
  const visit = (each: ts.Node): void => {
    if (texts.length >= MOST_TEXTS || ts.isFunctionLike(each)) return;
    if (ts.isStringLiteralLike(each)) texts.push(each);
    ts.forEachChild(each, visit);
  };
  for (const root of roots) visit(root);
  return texts;
}

/** Whether names that may stand somewhere are columns of what is called there. */
function areColumns(node: ts.Node, names: readonly string[], { checker }: Context): boolean {
  let call = ts.findAncestor(node, ts.isCallExpression);
  for (let depth = 0; call !== undefined && depth < MOST_CALLS; depth++) {
    if (fileFunction(call) !== null) return isColumnOption(node);
    const known = namesOfCall(checker, call);
    if (known.size > 0 && names.every(name => known.has(name))) return true;
    call = ts.findAncestor(call.parent, ts.isCallExpression);
  }
  return false;
}

/** Whether a place in the options of a file names a column. */
function isColumnOption(node: ts.Node): boolean {
  const property = ts.findAncestor(node, ts.isPropertyAssignment);
  const outer =
    property === undefined ? undefined : ts.findAncestor(property.parent, ts.isPropertyAssignment);
  return [property, outer].some(
    each => each !== undefined && ts.isIdentifier(each.name) && COLUMN_OPTIONS.has(each.name.text),
  );
}

const COLUMN_OPTIONS: ReadonlySet<string> = new Set(['time', 'sequence', 'column', 'scale']);

function noColumn(
  file: ts.SourceFile,
  node: ts.Node,
  name: string,
  known: readonly string[],
  write: (name: string) => string,
): ts.Diagnostic {
  const instead = meantText(name, known, write) || 'These rows have no columns.';
  const start = node.getStart(file);
  return {
    file,
    start,
    length: node.getEnd() - start,
    category: ts.DiagnosticCategory.Error,
    code: 4140,
    source: OWN,
    messageText: `There is no column ${quoted(name)}. ${instead}`,
  };
}
