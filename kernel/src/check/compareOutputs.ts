import { CLOCK_MIME, PIN_MIME, VIEW_MIME } from '@millrace/protocol';
import { compareViews } from './compareViews.js';
import type { Difference } from './contract.js';
import { flatOutputs } from './flatOutputs.js';
import { isObject, joined, type NotebookOutput } from './notebook.js';
import { spacedLines, steadyLines } from './steadyText.js';

/** So many lines of a text that differs are shown of each. */
const MOST_LINES = 12;

/** Tables of a chart at most. */
const MOST_TABLES = 64;

/** What an output has of a difference. */
export type OutputDifference = Pick<Difference, 'text' | 'rows'>;

/** What the comparison of a cell's outputs has found. */
export interface OutputComparison {
  readonly compared: number;
  readonly differences: readonly (OutputDifference & { readonly name: string })[];
  /** What was not compared, and why. */
  readonly notes: readonly string[];
}

/** Compares what a cell's saved outputs show with what its run shows: tables by their rows, values by their text. */
export function compareOutputs(
  saved: readonly NotebookOutput[],
  now: readonly NotebookOutput[],
  { prints, pins }: { readonly prints: boolean; readonly pins: boolean },
): OutputComparison {
  const [before, after] = [saved, now].map(outputs => shownOf(outputs, prints, pins));
  const differences: (OutputDifference & { name: string })[] = [];
  const notes: string[] = [];
  const pairs = Math.min(before.length, after.length);
  for (let at = 0; at < pairs; at++) {
    const name = before.length === 1 ? 'output' : `output ${at + 1}`;
    const found = compareOne(before[at], after[at]);
    if (typeof found === 'string') notes.push(`${name}: ${found}`);
    else if (found !== null) differences.push({ name, ...found });
  }
  if (before.length !== after.length) {
    const text = `${counted(before.length)} ${before.length === 1 ? 'was' : 'were'} saved, ${after.length} ${after.length === 1 ? 'is' : 'are'} there now`;
    differences.push({ name: 'outputs', text, rows: null });
  }
  return { compared: pairs, differences, notes };
}

/** The outputs that are compared, those in layouts too. Pins are compared by themselves, unless they are asked for; where a replay bar stood is no result. */
function shownOf(outputs: readonly NotebookOutput[], prints: boolean, pins: boolean): NotebookOutput[] {
  return flatOutputs(outputs).filter(({ output_type: type, name, data }) => {
    if (type === 'stream') return prints && name === 'stdout';
    if (type === 'error') return true;
    return isObject(data) && data[CLOCK_MIME] === undefined && (pins || data[PIN_MIME] === undefined);
  });
}

/** A difference, why there can be none, or null: they are the same. */
function compareOne(saved: NotebookOutput, now: NotebookOutput): OutputDifference | string | null {
  const [before, after] = [saved, now].map(({ data }) => (isObject(data) ? data[VIEW_MIME] : undefined));
  if (before !== undefined && after !== undefined) return compareTables(before, after);
  const found = lineDifference(textOf(saved), textOf(now));
  return found === null ? null : { text: found, rows: null };
}

/** Compares a table or chart, of a chart over several tables each of these. */
function compareTables(saved: unknown, now: unknown): OutputDifference | string | null {
  const [before, after] = [saved, now].map(tablesOf);
  if (before.length !== after.length) {
    const text = `it was drawn of ${before.length} tables, and is of ${after.length} now`;
    return { text, rows: null };
  }
  let note: string | null = null;
  for (const [at, table] of before.entries()) {
    const found = compareViews(table, after[at]);
    const which = before.length === 1 ? '' : `table ${at + 1}: `;
    if (typeof found === 'string') note ??= which + found;
    else if (found !== null) return { ...found, text: which + found.text };
  }
  return note;
}

/** The tables of a view, each as a view of its own. */
function tablesOf(view: unknown): unknown[] {
  const parts = isObject(view) && Array.isArray(view.parts) ? (view.parts as unknown[]) : [];
  return [
    view,
    ...parts
      .slice(0, MOST_TABLES)
      .map(part => (isObject(part) && isObject(view) ? { ...view, ...part } : part)),
  ];
}

/** What an output says, in lines. */
function textOf({ output_type: type, data, text, ename, evalue }: NotebookOutput): string[] {
  if (type === 'stream') return steadyLines(joined(text).trimEnd());
  if (type === 'error') return steadyLines(`${String(ename)}: ${String(evalue)}`);
  if (!isObject(data)) return [];
  // Rows are data: what looks like a time that was taken is none there.
  const isTable = joined(data['text/html']).includes('<table');
  const plain = joined(data['text/plain']);
  if (isTable) return spacedLines(plain);
  const json = data['application/json'];
  return steadyLines(json === undefined ? plain : JSON.stringify(json, null, 1));
}

/** The lines between those that are the same at the beginning and at the end. */
function lineDifference(saved: readonly string[], now: readonly string[]): string | null {
  let begin = 0;
  while (begin < saved.length && begin < now.length && saved[begin] === now[begin]) begin++;
  let end = 0;
  const left = Math.min(saved.length, now.length) - begin;
  while (end < left && saved[saved.length - 1 - end] === now[now.length - 1 - end]) end++;
  const [before, after] = [saved, now].map(lines => lines.slice(begin, lines.length - end));
  if (before.length === 0 && after.length === 0) return null;
  // The names of a table's columns stand in its first line.
  const head = begin > 1 ? [`           ${saved[0]}`] : [];
  return ['it is another text', ...head, ...marked('saved', before), ...marked('now', after)].join('\n');
}

function marked(what: string, lines: readonly string[]): string[] {
  const shown = lines.slice(0, MOST_LINES).map(line => `  ${what.padEnd(7)}  ${line.slice(0, 160)}`);
  const rest = lines.length - shown.length;
  return rest > 0 ? [...shown, `  ${what.padEnd(7)}  … and ${rest} more lines`] : shown;
}

function counted(count: number): string {
  return count === 1 ? '1 output' : `${count} outputs`;
}
