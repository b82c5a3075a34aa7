import ts from 'typescript';
import { findMagic, nearestMagic, written, type MagicDefinition } from '../magics/catalog.js';
import { OWN } from './expressionLogic.js';
import { parse, syntaxErrors } from './parse.js';

/** More lines of magics than this are refused: each is found by parsing what is before it. */
const MOST_MAGICS = 100;
/** What the parser says of a `%` where a statement begins. */
const EXPRESSION_EXPECTED = 1109;

/** A magic of a cell. Offsets are in UTF-16 units of the cell's text. */
export interface Magic {
  readonly definition: MagicDefinition;
  /** Where its first percent sign is; in the masked text, the statement that stands for it begins there. */
  readonly start: number;
  /** What follows its name in its line, and for magics of a whole cell what follows that line. */
  readonly args: string;
  readonly body: string;
  /** Where the code begins that it takes; -1 where it takes none. */
  readonly codeStart: number;
}

/** A cell's text with its magics found. */
export interface MagicText {
  /**
   * TypeScript of the same length, every other character at its place: a magic that takes code is blanked out before it, another one
   * is `0;` and blanks.
   */
  readonly masked: string;
  readonly magics: readonly Magic[];
  /** Magics that are not there, or stand where they cannot. */
  readonly errors: readonly ts.Diagnostic[];
}

/**
 * Finds the magics of a cell: `%%name` at its beginning, `%name` at the beginning of a line where a statement begins. Whether
 * one does is for the parser to say: `a` and, in the next line, `%b` is a remainder.
 */
export function findMagics(code: string): MagicText {
  if (!/^[^\S\n]*%/m.test(code)) return { masked: code, magics: [], errors: [] };
  const found: Finding = { code, masked: code, magics: [], errors: [] };
  const whole = /^\s*%%([\p{L}_][\w-]*)?/u.exec(code);
  const first = whole === null ? -1 : code.indexOf('%');
  if (whole !== null && cellMagic(found, first, whole[1] ?? '')) return found;
  let count = 0;
  for (const match of code.matchAll(/^([^\S\n]*)(%%?)([\p{L}_][\w-]*)?/gmu)) {
    const start = match.index + match[1].length;
    if (start === first || !beginsStatement(found.masked, start)) continue;
    if (++count > MOST_MAGICS) {
      const text = `A cell may have ${MOST_MAGICS} lines of magics. Write the rest into another cell.`;
      found.errors.push(problem(4122, text, start, match[0].trim().length));
      break;
    }
    lineMagic(found, start, match[2], match[3] ?? '');
  }
  return found;
}

/** The percent signs and letters before a cursor where a magic is being written; null where none is. Offsets are UTF-16 units. */
export function magicAt(code: string, position: number): { start: number; typed: string } | null {
  const lineStart = code.lastIndexOf('\n', position - 1) + 1;
  const typed = /^([^\S\n]*)(%%?[\w-]*)$/.exec(code.slice(lineStart, position));
  if (typed === null) return null;
  const start = lineStart + typed[1].length;
  const masked = findMagics(code.slice(0, lineStart)).masked;
  const isFirst = masked.trim() === '';
  if (typed[2].startsWith('%%') && !isFirst) return null;
  return isFirst || beginsStatement(masked + typed[1], start) ? { start, typed: typed[2] } : null;
}

interface Finding {
  readonly code: string;
  masked: string;
  readonly magics: Magic[];
  readonly errors: ts.Diagnostic[];
}

/** Takes the magic that a cell begins with. False where code follows, in which there may be others. */
function cellMagic(found: Finding, start: number, name: string): boolean {
  const { code } = found;
  const definition = findMagic('cell', name);
  const lineEnd = endOfLine(code, start);
  if (definition === undefined) {
    found.errors.push(unknown('%%', name, start));
    found.masked = blank(code, start, code.length, '0;');
    return true;
  }
  const args = code.slice(start + 2 + name.length, lineEnd).trim();
  const isCode = definition.takes === 'code';
  const body = isCode ? '' : code.slice(lineEnd + 1);
  found.magics.push({ definition, start, args, body, codeStart: isCode ? lineEnd : -1 });
  if (isCode && args !== '') {
    const text = `Code goes on the lines below ${written(definition)}. Write %${name} to run the rest of this line.`;
    found.errors.push(problem(4121, text, start, lineEnd - start));
  }
  found.masked = isCode ? blank(code, start, lineEnd) : blank(code, start, code.length, '0;');
  return !isCode;
}

function lineMagic(found: Finding, start: number, signs: string, name: string): void {
  const { code } = found;
  const lineEnd = endOfLine(code, start);
  const nameEnd = start + signs.length + name.length;
  const definition = signs === '%' ? findMagic('line', name) : undefined;
  if (definition === undefined) {
    const misplaced = signs === '%%' && findMagic('cell', name) !== undefined;
    const text = `%%${name} takes the whole cell, so it goes on its first line. Write it into a cell of its own.`;
    found.errors.push(misplaced ? problem(4121, text, start, nameEnd - start) : unknown(signs, name, start));
    found.masked = blank(found.masked, start, lineEnd, '0;');
    return;
  }
  const isCode = definition.takes === 'code';
  const args = isCode ? '' : code.slice(nameEnd, lineEnd).trim();
  if (isCode && code.slice(nameEnd, lineEnd).trim() === '') {
    found.errors.push(
      problem(4121, `Write what is to run behind it: ${definition.usage}`, start, nameEnd - start),
    );
    found.masked = blank(found.masked, start, lineEnd, '0;');
    return;
  }
  found.magics.push({ definition, start, args, body: '', codeStart: isCode ? nameEnd : -1 });
  // A semicolon before code, so that it never goes on from the line before.
  found.masked = isCode
    ? blank(found.masked, start, nameEnd, ';')
    : blank(found.masked, start, lineEnd, '0;');
}

/** Whether the text before is whole, so that a `%` behind it begins a statement of the cell and is no operator. */
function beginsStatement(masked: string, start: number): boolean {
  const errors = syntaxErrors(parse(`${masked.slice(0, start)}%x`));
  return errors.length === 1 && errors[0].code === EXPRESSION_EXPECTED && errors[0].start === start;
}

function unknown(signs: string, name: string, start: number): ts.Diagnostic {
  const near = name === '' ? null : nearestMagic(name);
  const instead =
    near === null ? 'Write %magics to see those that there are.' : `Did you mean '${written(near)}'?`;
  const text = `There is no magic '${signs}${name}'. ${instead}`;
  return problem(4120, text, start, signs.length + name.length);
}

function problem(code: number, messageText: string, start: number, length: number): ts.Diagnostic {
  return {
    file: undefined,
    start,
    length,
    category: ts.DiagnosticCategory.Error,
    code,
    source: OWN,
    messageText,
  };
}

function endOfLine(code: string, from: number): number {
  const end = code.indexOf('\n', from);
  return end < 0 ? code.length : end;
}

/** Blanks a part of a text, its line breaks kept, with something at its beginning. */
function blank(text: string, from: number, to: number, put = ''): string {
  const begin = put.slice(-(to - from));
  const blanks = text.slice(from + begin.length, to).replace(/[^\r\n]/g, ' ');
  return text.slice(0, from) + begin + blanks + text.slice(to);
}
