import ts from 'typescript';
import { OWN } from './expressionLogic.js';
import { accessText, isCollection, meantText, quoted, rowNames } from './rowNames.js';

/** How streams and tables are called where they have no such method. */
const CALLED: Readonly<Record<string, string>> = {
  Stream: 'a stream',
  LiveStream: 'a stream',
  Table: 'a table',
  StreamTable: 'a table',
  Grouped: 'groups',
  Windowed: 'windows',
};

/** What methods of other libraries are called here: the first of these that is there. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  filter: ['where'],
  having: ['where'],
  orderBy: ['sort', 'topN'],
  sortBy: ['sort', 'topN'],
  sort: ['topN'],
  take: ['limit', 'head'],
  limit: ['head'],
  first: ['head'],
  withColumn: ['derive'],
  withColumns: ['derive'],
  assign: ['derive'],
  mutate: ['derive'],
  project: ['select'],
  pick: ['select'],
  omit: ['drop'],
  agg: ['aggregate'],
  reduce: ['aggregate'],
  union: ['unionAll'],
  concat: ['unionAll'],
  groupby: ['groupBy'],
  toArray: ['rows'],
  collect: ['rows'],
  plot: ['chart'],
  tumble: ['window'],
  hop: ['window'],
  slide: ['window'],
  session: ['window'],
};
const WINDOWS: ReadonlySet<string> = new Set(['tumble', 'hop', 'slide', 'session']);

/** A method that streams and tables do not have, and a misspelt key of a plain row or object. Null where the finding is about something else. */
export function memberError(
  node: ts.Node,
  file: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Diagnostic | null {
  const found = memberAt(node);
  if (found === null) return null;
  const { name, object, isIn } = found;
  const type = checker.getTypeAtLocation(object);
  const text = isCollection(type)
    ? methodText(name.text, type, checker)
    : keyText(name.text, type, checker, key => (isIn ? quoted(key) : accessText(object.getText(file), key)));
  if (text === null) return null;
  const start = name.getStart(file);
  return {
    file,
    start,
    length: name.getEnd() - start,
    category: ts.DiagnosticCategory.Error,
    code: isCollection(type) ? 4191 : 4192,
    source: OWN,
    messageText: text,
  };
}

interface Member {
  readonly name: ts.Identifier | ts.StringLiteralLike;
  readonly object: ts.Node;
  /** Whether it is taken out of the object by its name alone: `({ price }) => …`. */
  readonly isIn: boolean;
}

/** `rows.pirce`, `rows['pirce']` and `({ pirce }) => …`. */
function memberAt(node: ts.Node): Member | null {
  const { parent } = node;
  if (parent === undefined) return null;
  if (ts.isIdentifier(node) && ts.isPropertyAccessExpression(parent) && parent.name === node)
    return { name: node, object: parent.expression, isIn: false };
  if (ts.isIdentifier(node) && ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent))
    return { name: node, object: parent.parent, isIn: true };
  const access = ts.findAncestor(node, ts.isElementAccessExpression);
  const index = access?.argumentExpression;
  return access !== undefined && index !== undefined && ts.isStringLiteralLike(index)
    ? { name: index, object: access.expression, isIn: false }
    : null;
}

function methodText(name: string, type: ts.Type, checker: ts.TypeChecker): string {
  const symbol = type.getSymbol()?.name ?? '';
  const what = Object.hasOwn(CALLED, symbol) ? CALLED[symbol] : 'this';
  if (rowNames(checker, type).includes(name))
    return `${quoted(name)} is a column of the rows. Write select(${quoted(name)}), or ${accessText('t', name)} in a function: where(t => …), derive(t => …).`;
  const methods = type
    .getProperties()
    .filter(each => (each.flags & ts.SymbolFlags.Method) !== 0)
    .map(each => each.name);
  const begins = `There is no ${name.slice(0, 100)}() of ${what}.`;
  const instead = Object.hasOwn(INSTEAD, name)
    ? INSTEAD[name].find(each => methods.includes(each))
    : undefined;
  if (instead === undefined) return `${begins} ${meantText(name, methods, each => `${each}(…)`)}`;
  return `${begins} Write ${WINDOWS.has(name) ? `window(${name}(…))` : `${instead}(…)`}.`;
}

function keyText(
  name: string,
  type: ts.Type,
  checker: ts.TypeChecker,
  write: (key: string) => string,
): string | null {
  if (!isPlain(type) || checker.getIndexInfosOfType(type).length > 0) return null;
  const keys = type.getProperties().map(each => each.name);
  return keys.length === 0
    ? null
    : `There is no ${quoted(name)} in this object. ${meantText(name, keys, write)}`;
}

/** Whether a type is an object by its keys alone, as rows are: of no class and no interface, and no function. */
function isPlain(type: ts.Type): boolean {
  if (type.isIntersection()) return type.types.every(isPlain);
  if ((type.flags & ts.TypeFlags.Object) === 0) return false;
  const { objectFlags } = type as ts.ObjectType;
  const isByKeys = (objectFlags & (ts.ObjectFlags.Anonymous | ts.ObjectFlags.Mapped)) !== 0;
  const name = type.getSymbol()?.name;
  return (
    isByKeys &&
    (name === undefined || name === '__type' || name === '__object') &&
    type.getCallSignatures().length === 0 &&
    type.getConstructSignatures().length === 0
  );
}
