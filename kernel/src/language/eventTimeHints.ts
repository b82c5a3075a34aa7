import ts from 'typescript';
import type { CellDiagnostic } from '../runner/contract.js';
import { origin, type Origin } from './columnOrigin.js';
import { fileFunction } from './fileCalls.js';
import { hint } from './hints.js';
import { quoted } from './rowNames.js';

/** Hints of a cell; more are not shown. */
const MOST_HINTS = 10;

/** Functions whose rows have no event time unless an option says so. */
const TIMED_BY_OPTION: ReadonlySet<string> = new Set(['webSocket', 'poll', 'sse']);

/** What is known of where rows come from. */
export interface Times {
  /** The event time of another cell's stream or table; null: it has none; undefined: that is not known. */
  variable(name: string): string | null | undefined;
  /** The columns of a file that could be its event time. */
  candidates(call: ts.CallExpression): readonly string[];
}

/**
 * Finds windows over rows that have no event time: there is nothing to cut into windows, and they never close. It is an error once the query is shown,
 * which may be many cells later.
 *
 * @param end where the user's text ends
 */
export function eventTimeHints(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  end: number,
  times: Times,
): CellDiagnostic[] {
  const found: CellDiagnostic[] = [];
  const visit = (node: ts.Node): void => {
    if (found.length >= MOST_HINTS || node.getStart(file) >= end) return;
    if (ts.isCallExpression(node) && isWindow(node, checker)) {
      const { expression, name } = node.expression as ts.PropertyAccessExpression;
      const from = origin(expression, null, checker);
      const instead = from === null ? null : withoutTime(from, times, file);
      if (instead !== null) {
        const text = `These rows have no event time: there is nothing to cut into windows, and none would ever close. ${instead}`;
        found.push(hint(file, name, 4142, text));
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of file.statements) visit(statement);
  return found;
}

function isWindow({ expression }: ts.CallExpression, checker: ts.TypeChecker): boolean {
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== 'window') return false;
  const type = checker.getTypeAtLocation(expression.expression);
  return type.getProperty('groupBy') !== undefined && type.getProperty('explain') !== undefined;
}

/** What to write where rows have no event time; null where they have one, or that is not known. */
function withoutTime(from: Origin, times: Times, file: ts.SourceFile): string | null {
  if ('variable' in from) {
    if (times.variable(from.variable) !== null) return null;
    return `Name its column where ${from.variable} is made: { time: 'ts' }.`;
  }
  const call = from.made;
  if (!lacksTime(call)) return null;
  const [column = 'ts'] = times.candidates(call);
  const [first, options] = call.arguments;
  const inner =
    options
      ?.getText(file)
      .replace(/\s+/g, ' ')
      .replace(/^\{\s*|,?\s*\}$/g, '') ?? '';
  const all = [`time: ${quoted(column)}`, ...(inner === '' || inner.length > 40 ? [] : [inner])].join(', ');
  return `Write ${call.expression.getText(file)}(${first.getText(file)}, { ${all} }).`;
}

/** Whether a call that makes a source says for sure that its rows have no event time. */
function lacksTime(call: ts.CallExpression): boolean {
  const [first, options] = call.arguments;
  const isFile = fileFunction(call) !== null;
  if (!isFile && !(ts.isIdentifier(call.expression) && TIMED_BY_OPTION.has(call.expression.text)))
    return false;
  // A recording has the event time that it was recorded with.
  if (first === undefined || (isFile && !(ts.isStringLiteralLike(first) && !/\.mrec$/i.test(first.text))))
    return false;
  if (options === undefined) return true;
  if (!ts.isObjectLiteralExpression(options)) return false;
  return options.properties.every(({ name }) => {
    if (name === undefined || !(ts.isIdentifier(name) || ts.isStringLiteralLike(name))) return false;
    return !['time', 'as', 'decode'].includes(name.text);
  });
}
