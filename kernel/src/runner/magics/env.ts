import { MillraceError } from 'millrace/session';
import { mimeValue } from '../../display/bundles.js';
import { escapeHtml } from '../../display/html.js';
import type { MimeValue } from '../../display/types.js';
import { shownValue } from '../../magics/secrets.js';
import { shownTable } from './help.js';

/** Values are cut to so many characters. */
const MOST_CHARACTERS = 200;

/**
 * `%env`: `NAME=VALUE` sets, `-NAME` removes, `NAME` shows one, nothing (or `-`) lists all. What sounds secret is not shown.
 *
 * @param env the environment of the process of the cells, which is changed
 * @param changed told of what was set, or of what was removed as null
 * @throws MR4124 for a name that no variable can have
 */
export function environment(
  args: string,
  env: Record<string, string | undefined>,
  changed: (name: string, value: string | null) => void,
): MimeValue {
  if (args === '' || args === '-') return list(env);
  const equals = args.indexOf('=');
  const removed = equals < 0 && args.startsWith('-');
  const name = (equals < 0 ? (removed ? args.slice(1) : args) : args.slice(0, equals)).trim();
  if (!/^[^\s=\0]+$/.test(name)) {
    throw new MillraceError(
      'MR4124',
      `'${name}' is no name of an environment variable.`,
      'Write %env NAME=value.',
    );
  }
  if (removed) {
    delete env[name];
    changed(name, null);
    return line(`${name} is not set.`);
  }
  if (equals >= 0) {
    const given = unquoted(args.slice(equals + 1).trim());
    env[name] = given;
    changed(name, given);
  }
  const value = env[name];
  return line(value === undefined ? `${name} is not set.` : `${name}=${cut(shownValue(name, value))}`);
}

function list(env: Readonly<Record<string, string | undefined>>): MimeValue {
  const rows = Object.entries(env)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, cut(shownValue(name, value))]);
  const table = { columns: ['name', 'value'], rows, numeric: [false, false], gapBefore: null };
  return shownTable(table, `${rows.length} variables`, 'The environment is empty.');
}

function line(text: string): MimeValue {
  return mimeValue({ 'text/plain': text, 'text/html': `<code>${escapeHtml(text)}</code>` });
}

/** `"a b"` and `'a b'` are the text between. */
function unquoted(value: string): string {
  return /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}
