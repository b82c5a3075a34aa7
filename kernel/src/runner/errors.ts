import { isNativeError, isProxy } from 'node:util/types';
import { counted, cut, inspected } from '../display/safely.js';
import type { CellError } from './contract.js';
import type { CellPlace, CellSources } from './cellSources.js';
import { isOwnFrame } from './ownFrames.js';

/** The most frames that a traceback shows. */
const MOST_FRAMES = 20;
/** Causes of causes, and errors of an AggregateError, that are shown. */
const MOST_CAUSES = 10;
const MOST_ERRORS = 20;
/** The longest message that is shown whole, and the longest one of a cause. */
const MOST_CHARACTERS = 20_000;
const MOST_OF_CAUSE = 2000;
/** Of a longer source line only what is around the place is shown. */
const MOST_OF_LINE = 300;

/** Stack frames of an error, read when V8 makes its stack. */
interface Frame {
  readonly text: string;
  readonly place: CellPlace | null;
}

const frames = new WeakMap<object, readonly Frame[]>();

/** Makes every stack speak of the cells' own lines and leave out our frames, for `console.log(error.stack)` too. */
export function hideOwnFrames(sources: CellSources): void {
  Error.prepareStackTrace = (error, sites) => {
    const kept = sites.map(site => frameOf(site, sources)).filter(frame => frame !== null);
    if (typeof error === 'object') frames.set(error, kept);
    return [headOf(error), ...kept.map(frame => `    at ${frame.text}`)].join('\n');
  };
}

function frameOf(site: NodeJS.CallSite, sources: CellSources): Frame | null {
  const text = site.toString();
  const place = sources.find(site.getFileName(), site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0);
  // What TypeScript has added to a cell, for `using` say, is in no line of it.
  if (place === null)
    return isOwnFrame(site.getFileName()) || sources.has(site.getFileName()) ? null : { text, place };
  const where = `${place.cell}:${place.line}:${place.column}`;
  // The function that a cell is wrapped into has no name, and the user has not written it.
  const name = site.getFunctionName()?.replace(/^\$+\.|^async /, '') ?? null;
  const caller = name === null || name === '' ? where : `${site.isAsync() ? 'async ' : ''}${name} (${where})`;
  return { text: caller, place };
}

/** What is below the outermost cell is the machinery that ran it. */
function userFrames(all: readonly Frame[]): readonly Frame[] {
  const outermost = all.findLastIndex(frame => frame.place !== null);
  return outermost < 0 ? all : all.slice(0, outermost + 1);
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

/**
 * An error that a cell threw, as Jupyter shows it: where, with the source line, then how it came there. What is thrown may be
 * anything, and none of it keeps the cell from its end: parts that cannot be read are left out, long ones are cut.
 *
 * @param otherwise where it is said to be, of an error that has been made elsewhere: by the engine, for what a cell shows
 */
export function describeError(
  thrown: unknown,
  sources: CellSources,
  otherwise: CellPlace | null = null,
): CellError {
  if (!isErrorLike(thrown)) {
    const evalue =
      typeof thrown === 'string'
        ? cut(thrown, MOST_CHARACTERS)
        : inspected(thrown, { depth: 2, most: MOST_CHARACTERS });
    return { ename: 'Thrown', evalue, traceback: [`${RED}Thrown${RESET}: ${evalue}`] };
  }
  // Reading the stack is what makes V8 format it, and our hook note its frames.
  const stack = textOf(thrown, 'stack');
  const ename = nameOf(thrown);
  const evalue = plainNames(cut(textOf(thrown, 'message'), MOST_CHARACTERS));
  const own = userFrames(frames.get(thrown) ?? []);
  const place =
    own.find(frame => frame.place !== null)?.place ?? syntaxErrorPlace(stack, sources) ?? otherwise;
  const { hint, origin } = millraceParts(thrown);
  const lines = [`${RED}${ename}${RESET}: ${evalue}`];
  if (origin !== null) lines.push(`    ${DIM}made at ${originText(origin, sources)}${RESET}`);
  if (hint !== null && !evalue.includes(hint)) lines.push(`    ${hint}`);
  if (place !== null) lines.push(...picture(place));
  const shown = own.slice(0, MOST_FRAMES).map(frame => `    ${DIM}at ${frame.text}${RESET}`);
  if (shown.length > 1 || place === null) lines.push(...shown);
  lines.push(...causesOf(thrown), ...errorsOf(thrown));
  return { ename, evalue, traceback: lines.join('\n').split('\n') };
}

/** The cell whose code made an error, or null: the outermost, where one calls another's function. */
export function cellOf(thrown: unknown): string | null {
  if (!isErrorLike(thrown) || textOf(thrown, 'stack') === '') return null;
  return (frames.get(thrown) ?? []).findLast(frame => frame.place !== null)?.place?.cell ?? null;
}

const RED = '\u001b[31m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

/** The source line with a caret below the place. */
function picture({ cell, line, column, sourceLine: whole }: CellPlace): string[] {
  const number = `${line} | `;
  const from = whole.length <= MOST_OF_LINE ? 0 : Math.max(0, column - 1 - MOST_OF_LINE / 2);
  const sourceLine = whole.slice(from, from + MOST_OF_LINE);
  // Tabs stay tabs, so that the caret is below its character.
  const gap = sourceLine.slice(0, column - 1 - from).replace(/[^\t]/g, ' ');
  const margin = ' '.repeat(number.length - 2);
  return [
    `  ${DIM}${cell}:${line}:${column}${RESET}`,
    `  ${DIM}${number}${RESET}${sourceLine}`,
    `  ${margin}${DIM}| ${RESET}${gap}${RED}^${RESET}`,
  ];
}

/** Messages of V8 quote the rewritten code: give back the names as they were written. */
function plainNames(message: string): string {
  return message
    .replace(/\(0 ?, ?\$+\.([\p{ID_Start}$_][\p{ID_Continue}$]*)\)/gu, '$1')
    .replace(/(^|[\s'"`(])\$+\.(?=[\p{ID_Start}_])/gu, '$1');
}

/** A `vm.Script` that does not compile says where in the first line of its stack. */
function syntaxErrorPlace(stack: string, sources: CellSources): CellPlace | null {
  const found = /^(.*):(\d+)\n.*\n( *)\^/.exec(stack);
  return found === null ? null : sources.find(found[1], Number(found[2]), found[3].length + 1);
}

function originText(origin: string, sources: CellSources): string {
  const found = /\(?([^()]+):(\d+):(\d+)\)?$/.exec(origin.trim());
  const place =
    found === null
      ? null
      : sources.find(found[1].replace(/^at (async )?/, ''), Number(found[2]), Number(found[3]));
  return place === null ? origin.trim().replace(/^at /, '') : `${place.cell}:${place.line}:${place.column}`;
}

function millraceParts(error: Error): { hint: string | null; origin: string | null } {
  if (!/^MR\d+$/.test(textOf(error, 'code'))) return { hint: null, origin: null };
  const part = (key: string): string | null => textOf(error, key) || null;
  return { hint: part('hint'), origin: part('origin') };
}

/** What an error came of, and what that came of. */
function causesOf(thrown: Error): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>([thrown]);
  for (let at: unknown = thrown; isErrorLike(at) && lines.length < MOST_CAUSES;) {
    const cause = read(at, 'cause');
    if (cause === undefined || seen.has(cause)) break;
    seen.add(cause);
    lines.push(`${DIM}Caused by${RESET} ${causeText(cause)}`);
    at = cause;
  }
  return lines;
}

/** The errors of an AggregateError, and the one that what a `using` let go of has suppressed. */
function errorsOf(thrown: Error): string[] {
  const errors = read(thrown, 'errors');
  const list: readonly unknown[] = thrown instanceof AggregateError && Array.isArray(errors) ? errors : [];
  const lines = list.slice(0, MOST_ERRORS).map(error => `  - ${causeText(error)}`);
  if (list.length > MOST_ERRORS) lines.push(`  … ${counted(list.length - MOST_ERRORS, 'more error')}`);
  if (nameOf(thrown) !== 'SuppressedError') return lines;
  const [error, suppressed] = [read(thrown, 'error'), read(thrown, 'suppressed')];
  return [...lines, `  - ${causeText(error)}`, `  - ${DIM}suppressed${RESET} ${causeText(suppressed)}`];
}

function causeText(cause: unknown): string {
  if (!isErrorLike(cause)) return inspected(cause, { depth: 1, most: MOST_OF_CAUSE });
  textOf(cause, 'stack');
  const place = frames.get(cause)?.find(frame => frame.place !== null)?.place ?? null;
  const where = place === null ? '' : ` ${DIM}at ${place.cell}:${place.line}:${place.column}${RESET}`;
  return `${nameOf(cause)}: ${cut(textOf(cause, 'message'), MOST_OF_CAUSE)}${where}`;
}

function nameOf(error: Error): string {
  return cut(textOf(error, 'name') || 'Error', 200);
}

/** A part of an error as text; empty where it is none. */
function textOf(error: Error, key: string): string {
  const value = read(error, key);
  return typeof value === 'string' ? value : value == null ? '' : inspected(value, { depth: 1, most: 1000 });
}

/** A part of an error; undefined where its getter throws. */
function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** A Proxy is none: what it answers is its own code's. */
function isErrorLike(value: unknown): value is Error {
  if (isProxy(value)) return false;
  if (isNativeError(value)) return true;
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}
