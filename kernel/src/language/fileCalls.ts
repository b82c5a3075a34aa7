import ts from 'typescript';
import type { FileCall } from './outside.js';

/** Files that a cell names are looked at up to this number. */
const MOST_CALLS = 32;
/** Longer texts are no paths. */
const MOST_CHARACTERS = 4096;

/** A call of `replay` or `read` with a path that is written out. */
export interface PlacedFileCall extends FileCall {
  readonly node: ts.CallExpression;
}

/** Options that say nothing about columns, so that any expression may stand there. */
const OTHER_OPTIONS: ReadonlySet<string> = new Set(['name', 'watermark', 'idleTimeout', 'hash', 'maxBytes']);
/** Options with which columns are declared. */
const DECLARING: ReadonlySet<string> = new Set(['schema', 'as']);

/**
 * The files that a cell names by literals: `replay('trades.csv', { time: 'ts' })`. Left out are addresses of the web, calls that declare their columns, and
 * calls with options that only running the cell could tell.
 */
export function fileCalls(file: ts.SourceFile): PlacedFileCall[] {
  const found: PlacedFileCall[] = [];
  const aliases = importedAs(file);
  const visit = (node: ts.Node): void => {
    if (found.length >= MOST_CALLS) return;
    if (ts.isCallExpression(node)) {
      const call = fileCall(node, aliases);
      if (call !== null) found.push(call);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether a call makes a source of files, and which of the two. */
export function fileFunction(
  node: ts.CallExpression,
  aliases: ReadonlyMap<string, string> = new Map(),
): FileCall['make'] | null {
  const callee = node.expression;
  const name = ts.isIdentifier(callee)
    ? (aliases.get(callee.text) ?? callee.text)
    : ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression)
      ? callee.name.text
      : null;
  return name === 'replay' || name === 'read' ? name : null;
}

/** The file that a call names by a literal; null where it names none, or not so. */
export function fileCallOf(node: ts.CallExpression): FileCall | null {
  const call = fileCall(node, importedAs(node.getSourceFile()));
  return call === null ? null : { make: call.make, path: call.path, options: call.options };
}

function fileCall(node: ts.CallExpression, aliases: ReadonlyMap<string, string>): PlacedFileCall | null {
  const make = fileFunction(node, aliases);
  if (make === null || node.arguments.length === 0 || node.arguments.length > 2) return null;
  if (node.typeArguments !== undefined) return null;
  const [path, given] = node.arguments;
  if (!ts.isStringLiteralLike(path) || path.text === '' || path.text.length > MOST_CHARACTERS) return null;
  // A file of the web would be downloaded.
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(path.text)) return null;
  const options = given === undefined ? {} : optionsOf(given);
  return options === null ? null : { make, path: path.text, options, node };
}

function optionsOf(node: ts.Expression): Record<string, unknown> | null {
  if (!ts.isObjectLiteralExpression(node)) return null;
  const options: [string, unknown][] = [];
  for (const property of node.properties) {
    const { name } = property;
    if (name === undefined || !(ts.isIdentifier(name) || ts.isStringLiteralLike(name))) return null;
    if (DECLARING.has(name.text)) return null;
    if (OTHER_OPTIONS.has(name.text)) continue;
    const value = ts.isPropertyAssignment(property) ? literalOf(property.initializer) : undefined;
    if (value === undefined) return null;
    options.push([name.text, value]);
  }
  return Object.fromEntries(options);
}

/** The value of a literal; undefined where it is none. */
function literalOf(node: ts.Expression): unknown {
  if (ts.isParenthesizedExpression(node)) return literalOf(node.expression);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = literalOf(node.operand);
    return typeof value === 'number' ? -value : undefined;
  }
  if (ts.isArrayLiteralExpression(node)) {
    const values = node.elements.map(literalOf);
    return values.includes(undefined) ? undefined : values;
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const entries: [string, unknown][] = [];
  for (const property of node.properties) {
    const isPlain = ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name);
    const value = isPlain ? literalOf(property.initializer) : undefined;
    if (!isPlain || value === undefined) return undefined;
    entries.push([(property.name as ts.Identifier | ts.StringLiteral).text, value]);
  }
  return Object.fromEntries(entries);
}

/** Names under which a cell imports something of Millrace's: `import { replay as open }`. */
function importedAs(file: ts.SourceFile): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const { name, propertyName } of bindings.elements)
      if (propertyName !== undefined) found.set(name.text, propertyName.text);
  }
  return found;
}
