import { inspect } from 'node:util';
import type { MimeValue } from '../../display/types.js';
import type { Scope } from '../scope.js';
import { shownTable } from './help.js';

/** Values are cut to so many characters. */
const MOST_CHARACTERS = 80;

/**
 * The names of a notebook, with their types and short values.
 *
 * @param types what the language service knows: the type as text, `null` for a name that is only a type
 */
export function who(scope: Scope, types: Readonly<Record<string, string | null>>): MimeValue {
  const rows = Object.entries(types)
    .filter(([name, type]) => type === null || name in scope)
    .map(([name, type]) => [name, type ?? 'type', type === null ? '' : shortValue(scope, name)]);
  const caption = rows.length === 1 ? '1 name' : `${rows.length} names`;
  const table = { columns: ['name', 'type', 'value'], rows, numeric: [false, false, false], gapBefore: null };
  return shownTable(table, caption, 'The notebook has no names yet.');
}

/** A value in a line, whatever it is: one that throws when it is looked at is shown as that. */
function shortValue(scope: Scope, name: string): string {
  try {
    const text = inspect(scope[name], {
      depth: 1,
      maxArrayLength: 5,
      maxStringLength: MOST_CHARACTERS,
      breakLength: Infinity,
      getters: false,
    }).replace(/\s+/g, ' ');
    return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
  } catch {
    return '(cannot be shown)';
  }
}
