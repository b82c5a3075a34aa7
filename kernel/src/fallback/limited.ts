import { VIEW_MIME } from '@millrace/protocol';
import { htmlTable } from '../display/html.js';
import type { Bundle } from '../display/viewBundle.js';
import type { Drawn } from './messages.js';

/** Characters of one bundle: what is sent each second must not keep a front end busy. */
const MOST = 1_000_000;
/** What is left out of a bundle that is longer, in this order; the picture or the table, and the text, stay. */
const LEFT_OUT = ['application/vnd.vegalite.v5+json', VIEW_MIME];

/** A bundle that is not too long: what can be done without is left out, and what is still too long is cut. */
export function limited({ data, metadata }: Bundle, most = MOST): Drawn {
  let left = data;
  for (const type of LEFT_OUT) {
    if (sizeOf(left) <= most) break;
    const { [type]: _, ...rest } = left;
    left = rest;
  }
  if (sizeOf(left) > most) left = cutText(left, most);
  return { bundle: { data: left, metadata }, size: sizeOf(left) };
}

function sizeOf(data: Bundle['data']): number {
  return JSON.stringify(data).length;
}

/** The text alone, with a note: the rows hold texts that are too long to be shown again and again. */
function cutText(data: Bundle['data'], most: number): Bundle['data'] {
  const text = String(data['text/plain']);
  const lines = text.split('\n').map(line => (line.length > 1_000 ? `${line.slice(0, 1_000)}…` : line));
  const note = 'The rows are too long to be shown while they change.';
  const shown = `${lines.join('\n').slice(0, Math.floor(most / 10))}\n${note}`;
  const empty = { columns: [], rows: [], numeric: [], gapBefore: null };
  return { 'text/plain': shown, 'text/html': htmlTable(empty, `${lines.at(-1) ?? ''} · ${note}`) };
}
