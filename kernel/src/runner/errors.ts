import { isNativeError } from 'node:util/types';
import { inspect } from 'node:util';
import type { CellError } from './contract.js';
import type { CellPlace, CellSources } from './cellSources.js';
import { isOwnFrame } from './ownFrames.js';

/** The most frames that a traceback shows. */
const MOST_FRAMES = 20;

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
  if (place === null) return isOwnFrame(site.getFileName()) ? null : { text, place };
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

/** An error that a cell threw, as Jupyter shows it: where, with the source line, then how it came there. */
export function describeError(thrown: unknown, sources: CellSources): CellError {
  if (!isErrorLike(thrown)) {
    const evalue = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 2 });
    return { ename: 'Thrown', evalue, traceback: [`${RED}Thrown${RESET}: ${evalue}`] };
  }
  // Reading the stack is what makes V8 format it, and our hook note its frames.
  const stack = typeof thrown.stack === 'string' ? thrown.stack : '';
  const ename = String(thrown.name || 'Error');
  const evalue = plainNames(String(thrown.message));
  const own = userFrames(frames.get(thrown) ?? []);
  const place = own.find(frame => frame.place !== null)?.place ?? syntaxErrorPlace(stack, sources);
  const { hint, origin } = millraceParts(thrown);
  const lines = [`${RED}${ename}${RESET}: ${evalue}`];
  if (origin !== null) lines.push(`    ${DIM}made at ${originText(origin, sources)}${RESET}`);
  if (hint !== null && !evalue.includes(hint)) lines.push(`    ${hint}`);
  if (place !== null) lines.push(...picture(place));
  const shown = own.slice(0, MOST_FRAMES).map(frame => `    ${DIM}at ${frame.text}${RESET}`);
  if (shown.length > 1 || place === null) lines.push(...shown);
  const cause = (thrown as { cause?: unknown }).cause;
  if (cause !== undefined && cause !== thrown) lines.push(`${DIM}Caused by${RESET} ${causeText(cause)}`);
  if (thrown instanceof AggregateError) lines.push(...thrown.errors.map(error => `  - ${causeText(error)}`));
  return { ename, evalue, traceback: lines.join('\n').split('\n') };
}

/** The cell whose code made an error, or null: the outermost, where one calls another's function. */
export function cellOf(thrown: unknown): string | null {
  if (!isErrorLike(thrown) || typeof thrown.stack !== 'string') return null;
  return (frames.get(thrown) ?? []).findLast(frame => frame.place !== null)?.place?.cell ?? null;
}

const RED = '\u001b[31m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

/** The source line with a caret below the place. */
function picture({ cell, line, column, sourceLine }: CellPlace): string[] {
  const number = `${line} | `;
  // Tabs stay tabs, so that the caret is below its character.
  const gap = sourceLine.slice(0, column - 1).replace(/[^\t]/g, ' ');
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
  const { code, hint, origin } = error as { code?: unknown; hint?: unknown; origin?: unknown };
  if (typeof code !== 'string' || !/^MR\d+$/.test(code)) return { hint: null, origin: null };
  return { hint: typeof hint === 'string' ? hint : null, origin: typeof origin === 'string' ? origin : null };
}

function causeText(cause: unknown): string {
  return isErrorLike(cause) ? `${cause.name}: ${cause.message}` : inspect(cause, { depth: 1 });
}

function isErrorLike(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error;
}
