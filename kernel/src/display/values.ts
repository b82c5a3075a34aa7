import { inspect, types } from 'node:util';
import type { MimeBundle } from '../runner/contract.js';
import { arrowTable } from './arrowTable.js';
import { danfoTable } from './danfoFrame.js';
import { errorBundle, isError } from './errorValue.js';
import { htmlTable, plainTable, type TextTable } from './html.js';
import { isRecordList, recordTable } from './recordTable.js';
import { counted, cut, inspected, inspectedOrError, isObject } from './safely.js';
import { isLeaf } from './summary.js';
import { isTextShort, TEXT_DEPTH, TEXT_ITEMS } from './textCost.js';
import { treeOf } from './tree.js';
import { treeHtml, treeText } from './treeShown.js';

/** Characters of a text or of a number that are shown. */
const MOST_TEXT = 100_000;

/** An object whose text is one line of up to so many characters has no tree beside it. */
const ONE_LINE = 72;

/** Properties beyond those of the tree, of which Node's own text would have each. */
const MOST_OMITTED = 200;

/** Any value as a bundle, made without running the value's own code: tables and errors as such, objects as trees that fold. */
export function valueBundle(value: unknown): MimeBundle {
  if (typeof value === 'string') return { 'text/plain': stringText(cut(value, MOST_TEXT)) };
  if (!isObject(value)) return { 'text/plain': cut(inspect(value), MOST_TEXT) };
  if (types.isProxy(value)) return { 'text/plain': inspected(value, { depth: 2, most: MOST_TEXT }) };
  if (isError(value)) return errorBundle(value);
  const table = tableOf(value);
  if (table !== null) return tableBundle(table.table, table.caption);
  return objectBundle(value);
}

/** A text of several lines, such as a plan or a query, is to be read: it stands as it is. Any other is quoted, as is one that would steer a terminal. */
function stringText(text: string): string {
  const isReadable = text.includes('\n') && !/[^\P{Cc}\n\t]/u.test(text);
  return isReadable ? text : inspected(text, { depth: 0, most: MOST_TEXT + 100 });
}

/** A table as text and HTML. */
export function tableBundle(table: TextTable, caption: string): MimeBundle {
  return { 'text/plain': `${plainTable(table)}\n${caption}`, 'text/html': htmlTable(table, caption) };
}

function tableOf(value: object): { readonly table: TextTable; readonly caption: string } | null {
  if (isRecordList(value)) {
    const table = recordTable(value);
    return table === null ? null : { table, caption: counted(value.length, 'row') };
  }
  return arrowTable(value) ?? danfoTable(value);
}

function objectBundle(value: object): MimeBundle {
  const options = { depth: TEXT_DEPTH, most: MOST_TEXT, items: TEXT_ITEMS };
  if (isLeaf(value)) return { 'text/plain': inspected(value, options) };
  const tree = treeOf(value);
  const isShort = tree.omitted < MOST_OMITTED && isTextShort(value);
  const own = isShort ? inspectedOrError(value, options) : null;
  const text = typeof own === 'string' ? own : treeText(tree);
  const isOneLine = text === own && text.length <= ONE_LINE && !text.includes('\n');
  const isFlat = tree.children.length === 0 && tree.omitted === 0;
  if (isOneLine || isFlat) return { 'text/plain': text };
  return { 'text/plain': text, 'text/html': treeHtml(tree) };
}
