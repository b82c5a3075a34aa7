import ts from 'typescript';
import type { Completion } from './api.js';
import { durationsFor, wantsDuration } from './durations.js';
import { unescaped, type TextAt } from './literals.js';
import { toCodePoints } from './offsets.js';
import { pathsFor, wantsPath } from './paths.js';
import { isInventedField } from './rowNames.js';

/** More matches than this are cut off. */
const MOST_MATCHES = 500;

/** Something that may stand in a text. */
export interface TextMatch {
  readonly text: string;
  readonly type: string;
}

/** What may stand in the text at the cursor: what the types allow (columns above all), durations, paths of files. */
export function textCompletions(
  service: ts.LanguageService,
  file: ts.SourceFile,
  directory: string,
  code: string,
  at: TextAt,
  position: number,
): Completion {
  const typed = code.slice(at.start, position);
  const found = matchesFor(service, file, directory, at, typed, position);
  const matches = found
    .filter(({ text }) => text.toLowerCase().startsWith(unescaped(typed).toLowerCase()))
    .slice(0, MOST_MATCHES)
    .map(({ text, type }) => ({ text: escaped(text, at.quote), type }));
  return completion(code, at.start, at.end, matches);
}

/** A reply whose matches take the place of a part of the code. */
export function completion(
  code: string,
  from: number,
  to: number,
  matches: readonly TextMatch[],
): Completion {
  const start = toCodePoints(code, from);
  const end = toCodePoints(code, to);
  return {
    matches: matches.map(({ text }) => text),
    cursorStart: start,
    cursorEnd: end,
    types: matches.map(({ text, type }) => ({ text, type, start, end })),
  };
}

function matchesFor(
  service: ts.LanguageService,
  file: ts.SourceFile,
  directory: string,
  { node }: TextAt,
  typed: string,
  position: number,
): readonly TextMatch[] {
  const wanted = wantsPath(node, typed);
  if (wanted !== null) return pathsFor(directory, unescaped(typed), wanted);
  const checker = service.getProgram()!.getTypeChecker();
  const duration = wantsDuration(node, checker);
  if (duration !== null) return durationsFor(typed, duration);
  const entries = service.getCompletionsAtPosition(file.fileName, position, {})?.entries ?? [];
  // Where any text may stand, the type of the place is the text that stands there.
  if (entries.length === 1 && unescaped(entries[0].name) === node.text) return [];
  return entries
    .filter(({ name }) => unescaped(name) !== node.text || !isInventedField(checker, node))
    .sort((a, b) => (a.sortText + a.name < b.sortText + b.name ? -1 : 1))
    .map(({ name, kind }) => ({
      text: unescaped(name),
      type: kind === ts.ScriptElementKind.string ? 'text' : 'module',
    }));
}

/** A text as it is written between quotes of one kind. */
function escaped(text: string, quote: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"');
  const safe = quote === '`' ? inner.replace(/[`]|\$(?=\{)/g, '\\$&') : inner.replaceAll(quote, `\\${quote}`);
  return safe.replace(/[\u2028\u2029]/g, separator => (separator === '\u2028' ? '\\u2028' : '\\u2029'));
}
