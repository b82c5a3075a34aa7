import { SourceError } from '../../sources/error.js';
import type { Pin, PinnedBlock, ResultPin, RowTexts } from '../../sources/pin.js';

/** Beside the notebook, as a lock file is: which files it was made with, and what it gave. */
export const PINS_FILE = 'millrace.pins.json';

/** The pins of a folder: of files by their paths, of results by their names. */
export interface PinFile {
  readonly files: Map<string, Pin>;
  readonly results: Map<string, ResultPin>;
}

/** The pins that a text is of. Error `MR3817`. */
export function parsePins(text: string): PinFile {
  const file = parsed(text) as { version?: unknown; pins?: unknown; results?: unknown } | null;
  if (typeof file !== 'object' || file === null || file.version !== 1) throw wrongPins();
  const { pins, results = {} } = file;
  if (!isObject(pins) || !isObject(results)) throw wrongPins();
  if (!Object.values(pins).every(isPin) || !Object.values(results).every(isResultPin)) throw wrongPins();
  return {
    files: new Map(Object.entries(pins as Record<string, Pin>)),
    results: new Map(Object.entries(results as Record<string, ResultPin>)),
  };
}

/** The text of pins: sorted by name, a row a line, so that a change of one row is a change of one line. */
export function pinsText({ files, results }: PinFile): string {
  const shown = Object.fromEntries(byName(files));
  const parts = [`"version": 1`, `"pins": ${indented(JSON.stringify(shown, null, 2), '  ')}`];
  if (results.size > 0) {
    const texts = byName(results).map(([name, pin]) => `    ${JSON.stringify(name)}: ${resultText(pin)}`);
    parts.push(`"results": {\n${texts.join(',\n')}\n  }`);
  }
  return `{\n${parts.map(part => `  ${part}`).join(',\n')}\n}\n`;
}

function resultText({ columns, key, rows, hash, all, blocks }: ResultPin): string {
  const lines = [
    `"columns": ${JSON.stringify(columns)}`,
    `"key": ${JSON.stringify(key)}`,
    `"rows": ${rows}`,
    `"hash": ${JSON.stringify(hash)}`,
  ];
  if (all !== undefined) lines.push(`"all": ${list(all)}`);
  if (blocks !== undefined) lines.push(`"blocks": ${list(blocks)}`);
  return `{\n${lines.map(line => `      ${line}`).join(',\n')}\n    }`;
}

function list(items: readonly unknown[]): string {
  if (items.length === 0) return '[]';
  return `[\n${items.map(item => `        ${JSON.stringify(item)}`).join(',\n')}\n      ]`;
}

function indented(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}

function byName<Item>(items: ReadonlyMap<string, Item>): [string, Item][] {
  return [...items].sort(([one], [other]) => (one < other ? -1 : 1));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPin(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { hash, rows, from, to } = value;
  const isTime = (each: unknown): boolean => each === null || typeof each === 'string';
  return typeof hash === 'string' && typeof rows === 'number' && isTime(from) && isTime(to);
}

function isResultPin(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { columns, key, rows, hash, all, blocks } = value;
  const width = Array.isArray(columns) ? columns.length : 0;
  const isRow = (row: unknown): row is RowTexts =>
    Array.isArray(row) &&
    row.length === width &&
    row.every(cell => cell === null || typeof cell === 'string');
  const isBlock = (block: unknown): boolean => {
    const { at, first, rows: count, hash: of } = (block ?? {}) as Partial<Record<keyof PinnedBlock, unknown>>;
    return typeof at === 'string' && isRow(first) && typeof count === 'number' && isHash(of);
  };
  return (
    isPairs(columns) &&
    isTexts(key) &&
    typeof rows === 'number' &&
    isHash(hash) &&
    (Array.isArray(all)
      ? all.length === rows && all.every(isRow)
      : Array.isArray(blocks) && blocks.every(isBlock))
  );
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(each => typeof each === 'string');
}

function isPairs(value: unknown): boolean {
  return Array.isArray(value) && value.every(each => isTexts(each) && (each as string[]).length === 2);
}

function wrongPins(): SourceError {
  return new SourceError(
    'MR3817',
    `${PINS_FILE} is not what pin() writes: version 1 is a list of files with their hash, rows and times, and of results with their rows.`,
    'Put it back as it was, or delete it and pin again.',
  );
}
