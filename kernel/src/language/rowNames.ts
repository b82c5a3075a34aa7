import ts from 'typescript';
import { nearestNames } from 'millrace/session';
import { isColumnExpression } from './expressionLogic.js';

/** Names longer than this are not compared with others. */
const MOST_COMPARED = 100;

/** Whether a type is what callbacks of streams and tables are given: the columns of their rows, as expressions. */
function isColumns(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (type.getProperty('col') === undefined) return false;
  const column = type.getProperties().find(({ name }) => name !== 'col');
  return column === undefined || isColumnExpression(checker.getTypeOfSymbol(column));
}

/** The names of the columns that a type gives as expressions; null where it is none of these types. */
export function columnNames(checker: ts.TypeChecker, type: ts.Type): string[] | null {
  if ((type.flags & ts.TypeFlags.Any) !== 0 || !isColumns(checker, type)) return null;
  if (checker.getIndexInfoOfType(type, ts.IndexKind.String) !== undefined) return null;
  return type
    .getProperties()
    .map(({ name }) => name)
    .filter(name => name !== 'col');
}

/** The names of the columns of a stream or table, of what is grouped or cut into windows of one, or of columns as expressions. */
export function rowNames(checker: ts.TypeChecker, type: ts.Type): string[] {
  const columns = columnNames(checker, type);
  if (columns !== null) return columns;
  if (!isCollection(type)) return [];
  const rows = checker
    .getTypeArguments(type as ts.TypeReference)
    .filter(row => (row.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0);
  return rows.flatMap(row => row.getProperties().map(({ name }) => name));
}

/** Whether a type is a stream or a table, or one that is grouped or cut into windows. */
export function isCollection(type: ts.Type): boolean {
  const isReference = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
  return isReference && ROWS_OF.has(type.getSymbol()?.name ?? '');
}

/** The classes of which a type argument is a row. */
const ROWS_OF: ReadonlySet<string> = new Set([
  'Stream',
  'StreamTable',
  'Table',
  'LiveStream',
  'Grouped',
  'Windowed',
  'Rolling',
  'KeyIndex',
  'LiveKeyIndex',
]);

/** The names of columns at a call's place: those of what its method is called on, and of what it is given. */
export function namesOfCall(checker: ts.TypeChecker, call: ts.CallExpression): Set<string> {
  const names = new Set<string>();
  const add = (node: ts.Expression): void => {
    for (const name of rowNames(checker, checker.getTypeAtLocation(node))) names.add(name);
  };
  if (ts.isPropertyAccessExpression(call.expression)) add(call.expression.expression);
  for (const given of call.arguments)
    if (ts.isIdentifier(given) || ts.isPropertyAccessExpression(given) || ts.isCallExpression(given))
      add(given);
  return names;
}

/** A misspelt name and those that may be meant, as far as they are short enough to be compared. */
function comparable(name: string, known: readonly string[]): [string, string[]] {
  return [name.slice(0, MOST_COMPARED), known.filter(each => each.length <= MOST_COMPARED)];
}

/** Which known names may be meant by one that is not there, and what to write then. */
export function meantText(name: string, known: readonly string[], write: (name: string) => string): string {
  const near = nearestNames(...comparable(name, known));
  if (near.length === 0) return '';
  const shown = near.map(quoted);
  return `Did you mean ${[shown.slice(0, -1).join(', '), shown.at(-1)].filter(Boolean).join(' or ')}? Write ${write(near[0])}.`;
}

/** A text as a literal in single quotes, whatever is in it. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${inner.replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, escape)}'`;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** How a column is written: `t.price`, `t['close price']`. */
export function accessText(columns: string, name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${columns}.${name}`
    : `${columns}[${quoted(name)}]`;
}

/**
 * Whether a text is the `field` of a chart, but neither a column nor made by a transform (`as`). The types of charts take any field that the chart's
 * own text may make, so TypeScript offers such a text where it stands.
 */
export function isInventedField(checker: ts.TypeChecker, { parent, text }: ts.StringLiteralLike): boolean {
  if (!isNamed(parent, 'field')) return false;
  const call = ts.findAncestor(parent, ts.isCallExpression);
  if (call === undefined) return false;
  const names = namesOfCall(checker, call);
  return names.size > 0 && !names.has(text) && !call.arguments.some(given => makes(given, text));
}

/** Whether a text is given to an `as` within a node. */
function makes(node: ts.Node, text: string): boolean {
  const isMade = (each: ts.Node): boolean =>
    ts.isStringLiteralLike(each) ? each.text === text : (ts.forEachChild(each, isMade) ?? false);
  if (isNamed(node, 'as')) return isMade(node.initializer);
  return ts.forEachChild(node, each => makes(each, text)) ?? false;
}

function isNamed(node: ts.Node, name: string): node is ts.PropertyAssignment {
  return ts.isPropertyAssignment(node) && !ts.isComputedPropertyName(node.name) && node.name.text === name;
}
