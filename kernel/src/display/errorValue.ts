import { types } from 'node:util';
import type { MimeBundle } from '../runner/contract.js';
import { escapeHtml } from './html.js';
import { counted, cut, inspected, isObject, ownProperty, storedProperty, thrownText } from './safely.js';
import { treeOf } from './tree.js';
import { treeHtml } from './treeShown.js';

/** An error with what it came of, as much of it as is shown. */
interface ErrorPart {
  /** How it belongs to the one above: `Caused by`, or its number in an AggregateError. */
  readonly role: string | null;
  readonly head: string;
  /** The lines of its stack below the head. */
  readonly stack: string;
  /** What else it carries, such as a code. */
  readonly extra: object | null;
  readonly parts: readonly ErrorPart[];
  readonly omitted: number;
}

const MOST_DEPTH = 10;
const MOST_ERRORS = 20;

/** An error as a value: its stack, its causes and the errors of an AggregateError. */
export function errorBundle(error: Error): MimeBundle {
  const part = errorPart(error, null, 0, new Set());
  return { 'text/plain': errorText(part, ''), 'text/html': errorHtml(part, true) };
}

function errorPart(error: unknown, role: string | null, depth: number, seen: Set<unknown>): ErrorPart {
  const none = { stack: '', extra: null, parts: [], omitted: 0 };
  if (!types.isNativeError(error)) {
    return { role, head: inspected(error, { depth: 1, most: 500, line: true }), ...none };
  }
  const head = thrownText(error);
  if (seen.has(error)) return { role, head: `${head} [shown above]`, ...none };
  if (depth >= MOST_DEPTH) return { role, head: `${head} [its causes are not shown]`, ...none };
  seen.add(error);
  const parts: ErrorPart[] = [];
  const list = ownProperty(error, 'errors');
  const errors: readonly unknown[] = list.kind === 'value' && Array.isArray(list.value) ? list.value : [];
  for (const [i, one] of errors.slice(0, MOST_ERRORS).entries()) {
    parts.push(errorPart(one, `[${i}]`, depth + 1, seen));
  }
  const cause = ownProperty(error, 'cause');
  if (cause.kind === 'value') parts.push(errorPart(cause.value, 'Caused by', depth + 1, seen));
  return {
    role,
    head,
    stack: framesOf(error),
    extra: extraOf(error),
    parts,
    omitted: Math.max(0, errors.length - MOST_ERRORS),
  };
}

/** V8's own getter of stacks, where they are no stored texts: the one getter of an error that runs nobody's code. */
const OWN_STACK = Object.getOwnPropertyDescriptor(new Error('any'), 'stack')?.get ?? null;

function stackOf(error: Error): unknown {
  const { get } = Object.getOwnPropertyDescriptor(error, 'stack') ?? {};
  if (get !== undefined && get === OWN_STACK) return get.call(error);
  const stored = storedProperty(error, 'stack');
  return stored.kind === 'value' ? stored.value : null;
}

/** The frames of a stack, without the message, which may have lines of its own. */
function framesOf(error: Error): string {
  const stack = stackOf(error);
  if (typeof stack !== 'string') return '';
  const frames = stack.split('\n').filter(line => /^ +at /.test(line));
  return cut(frames.slice(0, 30).join('\n'), 4000);
}

function extraOf(error: Error): object | null {
  const names = Object.keys(error).filter(name => !['cause', 'errors', 'stack', 'message'].includes(name));
  if (names.length === 0) return null;
  const extra: Record<string, unknown> = {};
  for (const name of names.slice(0, 20)) {
    const stored = ownProperty(error, name);
    if (stored.kind === 'value' && name !== '__proto__') extra[name] = stored.value;
  }
  return extra;
}

function errorText({ role, head, stack, extra, parts, omitted }: ErrorPart, indent: string): string {
  const lines = [`${role === null ? '' : `${role} `}${head}`];
  if (stack !== '') lines.push(stack);
  if (extra !== null) lines.push(`    ${inspected(extra, { depth: 2, most: 1000, line: true })}`);
  for (const part of parts) lines.push(errorText(part, '  '));
  if (omitted > 0) lines.push(`  … ${counted(omitted, 'more error')}`);
  return lines.join('\n').replaceAll('\n', `\n${indent}`).replace(/^/, indent);
}

function errorHtml({ role, head, stack, extra, parts, omitted }: ErrorPart, open: boolean): string {
  const name = role === null ? '' : `<span style="opacity:0.65">${escapeHtml(role)}</span> `;
  const title = `${name}<span style="color:var(--jp-error-color0, #b71c1c);font-weight:600">${escapeHtml(head)}</span>`;
  const inner = [
    stack === ''
      ? ''
      : `<pre style="margin:0.2em 0 0.2em 1.1em;white-space:pre-wrap;background:transparent">${escapeHtml(stack)}</pre>`,
    extra === null ? '' : `<div style="padding-left:1.1em">${treeHtml(treeOf(extra))}</div>`,
    ...parts.map(part => `<div style="padding-left:1.1em">${errorHtml(part, open)}</div>`),
    omitted > 0 ? `<div style="padding-left:1.1em">… ${counted(omitted, 'more error')}</div>` : '',
  ].join('');
  const frame = 'font-family:var(--jp-code-font-family, monospace);font-size:var(--jp-code-font-size, 13px)';
  if (inner === '') return `<div style="${frame}">${title}</div>`;
  return `<details${open ? ' open' : ''} style="${frame}"><summary style="cursor:pointer;padding:3px 0">${title}</summary>${inner}</details>`;
}

/** An error instead of what could not be shown, in one line. */
export function failureBundle(what: string, error: unknown): MimeBundle {
  const text = `${what}: ${thrownText(error)}`;
  const colour = 'color:var(--jp-error-color0, #b71c1c)';
  return { 'text/plain': text, 'text/html': `<div style="${colour}">${escapeHtml(text)}</div>` };
}

/** Whether a value is an error of any realm. */
export function isError(value: unknown): value is Error {
  return isObject(value) && !types.isProxy(value) && types.isNativeError(value);
}
