import type { MimeBundle } from '../runner/contract.js';
import { MAGICS, findMagic, written } from '../magics/catalog.js';
import type { Completeness, Completion } from './api.js';
import { findMagics, magicAt } from './magics.js';
import { fromCodePoints, toCodePoints } from './offsets.js';

/** The magics that begin with what is typed before a cursor (code points); null where no magic is being written. */
export function magicCompletions(code: string, cursor: number): Completion | null {
  const position = fromCodePoints(code, cursor);
  const at = magicAt(code, position);
  if (at === null) return null;
  const isFirst = code.slice(0, at.start).trim() === '';
  const matches = MAGICS.filter(({ kind }) => kind === 'line' || isFirst)
    .map(written)
    .filter(name => name.startsWith(at.typed))
    .sort();
  const start = toCodePoints(code, at.start);
  const end = toCodePoints(code, position + /^[\w-]*/.exec(code.slice(position))![0].length);
  const types = matches.map(text => ({ text, type: 'magic', start, end }));
  return { matches, cursorStart: start, cursorEnd: end, types };
}

/** What the magic does whose name is at a cursor (code points); null where none is. */
export function magicInspection(code: string, cursor: number): MimeBundle | null {
  const position = fromCodePoints(code, cursor);
  const rest = /^[\w-]*/.exec(code.slice(position))![0];
  const at = magicAt(code, position + rest.length);
  const found = at === null ? null : /^(%%?)(.*)$/.exec(at.typed)!;
  const magic = found === null ? undefined : findMagic(found[1] === '%' ? 'line' : 'cell', found[2]);
  if (magic === undefined) return null;
  return {
    'text/plain': `${magic.usage}\n\n${magic.doc}`,
    'text/markdown': `\`${magic.usage}\`\n\n${magic.doc}`,
  };
}

/** Whether a cell that is one magic's could be run: an empty line ends its text. Null for other cells. */
export function magicCompleteness(code: string): Completeness | null {
  const [first] = findMagics(code).magics;
  if (first?.definition.kind !== 'cell' || first.definition.takes !== 'text') return null;
  const isWhole = first.body.trim() !== '' && /\n[^\S\n]*$/.test(first.body);
  return { status: isWhole ? 'complete' : 'incomplete', indent: '' };
}
