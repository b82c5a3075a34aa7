import { types } from 'node:util';
import type { MimeBundle } from '../runner/contract.js';
import { failureBundle } from './errorValue.js';
import { isObject, ownProperty, storedMethod } from './safely.js';
import type { MimeValue } from './types.js';
import { valueBundle } from './values.js';

/** The method by which an object says how it is shown, as other TypeScript kernels have it too. */
export const JUPYTER_DISPLAY = Symbol.for('Jupyter.display');

/** The method by which a value says what its output's metadata is to have. */
const OUTPUT_METADATA = Symbol.for('millrace.outputMetadata');

/** A value that is shown as the given bundle, wherever it ends up in a cell's output. */
export function mimeValue(bundle: MimeBundle): MimeValue {
  return Object.freeze({ [JUPYTER_DISPLAY]: () => bundle });
}

/**
 * The bundle that a value makes by itself, or a promise of it; null where it makes none. Whatever it makes becomes a bundle that
 * front ends can show: what they cannot is said in its place.
 */
export function ownBundle(value: unknown): MimeBundle | Promise<MimeBundle> | null {
  const method = storedMethod(value, JUPYTER_DISPLAY);
  if (method === null) return null;
  try {
    const made = Reflect.apply(method, value, []);
    return types.isPromise(made)
      ? made.then(
          bundle => checkedBundle(bundle, value),
          (error: unknown) => failed(value, error),
        )
      : checkedBundle(made, value);
  } catch (error) {
    return failed(value, error);
  }
}

/** Whether a value says how it is shown. */
export function makesBundle(value: unknown): boolean {
  return storedMethod(value, JUPYTER_DISPLAY) !== null;
}

/** The metadata of a value's output. */
export function ownMetadata(value: unknown): Readonly<Record<string, unknown>> {
  const method = storedMethod(value, OUTPUT_METADATA);
  if (method === null) return {};
  let made: unknown;
  try {
    made = Reflect.apply(method, value, []);
  } catch {
    return {};
  }
  return typeof made === 'object' && made !== null ? (made as Readonly<Record<string, unknown>>) : {};
}

const METHOD = "[Symbol.for('Jupyter.display')]()";

function failed(value: unknown, error: unknown): MimeBundle {
  const { 'text/plain': text } = valueBundle(value);
  const { 'text/html': html, 'text/plain': told } = failureBundle(`${METHOD} threw`, error);
  return { 'text/plain': `${String(told)}\n${String(text)}`, 'text/html': html };
}

/** A MIME type as front ends know it. */
const MIME_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i;

/** Types of one bundle, and bytes or characters of one of them. */
const MOST_TYPES = 50;
const MOST_BYTES = 64 * 1024 * 1024;

function checkedBundle(made: unknown, value: unknown): MimeBundle {
  if (!isObject(made) || Array.isArray(made) || typeof made === 'function') {
    return malformed(
      value,
      `it gave ${made === null ? 'null' : Array.isArray(made) ? 'a list' : `a ${typeof made}`}`,
    );
  }
  const bundle: Record<string, unknown> = {};
  const faults: string[] = [];
  const keys = Object.keys(made);
  for (const type of keys.slice(0, MOST_TYPES)) {
    const found = types.isProxy(made) ? null : ownProperty(made, type);
    const content: unknown =
      found?.kind === 'value' ? found.value : (made as Readonly<Record<string, unknown>>)[type];
    const checked = checkedContent(type, content);
    if ('fault' in checked) faults.push(`'${type.slice(0, 80)}' ${checked.fault}`);
    else bundle[type] = checked.content;
  }
  if (keys.length > MOST_TYPES) faults.push(`it has ${keys.length} types, of which ${MOST_TYPES} are shown`);
  if (keys.length === 0) faults.push('it is empty');
  if (faults.length === 0) return bundle;
  if (Object.keys(bundle).length === 0) return malformed(value, faults.slice(0, 5).join('; '));
  return { 'text/plain': `${METHOD}: ${faults.slice(0, 5).join('; ')}`, ...bundle };
}

function malformed(value: unknown, fault: string): MimeBundle {
  const { 'text/plain': text } = valueBundle(value);
  const told = `${METHOD} must give an object of MIME types, such as { 'text/html': '…' }: ${fault}.`;
  return { 'text/plain': `${told}\n${String(text)}` };
}

type Checked = { readonly content: unknown } | { readonly fault: string };

/** What stands under a MIME type: JSON for JSON types, else text; bytes become base64, lists of lines text. */
export function checkedContent(type: string, content: unknown): Checked {
  if (!MIME_TYPE.test(type) || type.length > 200) return { fault: 'is no MIME type' };
  if (/[/+]json$/i.test(type)) return checkedJson(content);
  if (content instanceof Uint8Array) {
    if (content.byteLength > MOST_BYTES) return { fault: 'is longer than 64 MB' };
    const isText = /^text\/|^image\/svg\+xml$/i.test(type);
    return { content: Buffer.from(content).toString(isText ? 'utf8' : 'base64') };
  }
  const isLines = Array.isArray(content) && content.every(line => typeof line === 'string');
  const text: unknown = isLines ? content.join('') : content;
  if (typeof text !== 'string') return { fault: `must be text, not ${kindOf(content)}` };
  return text.length > MOST_BYTES ? { fault: 'is longer than 64 MB' } : { content: text };
}

function checkedJson(content: unknown): Checked {
  try {
    const text = JSON.stringify(content, (_, value: unknown) =>
      typeof value === 'bigint' ? jsonNumber(value) : value,
    ) as string | undefined;
    if (text === undefined) return { fault: `must be JSON, not ${kindOf(content)}` };
    if (text.length > MOST_BYTES) return { fault: 'is longer than 64 MB' };
    return { content: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: `is no JSON (${error instanceof Error ? error.message.split('\n')[0] : 'it threw'})` };
  }
}

/** JSON has no bigints: a number where it is one exactly, else text. */
function jsonNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : typeof value;
}
