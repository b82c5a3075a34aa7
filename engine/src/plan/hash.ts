import type { PlanNode } from './plan.js';

const known = new WeakMap<object, string>();

/** Plain data as JSON text with sorted keys: equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `"${value}n"`;
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return Object.is(value, -0) ? '"-0"' : `"${value}"`;
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (ArrayBuffer.isView(value)) return `"bytes ${hashBytes(bytesOf(value))}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/** The content hash of a plan: 32 hex digits, the same anywhere and for ever as long as the plan's form is. */
export function planHash(node: PlanNode): string {
  let hash = known.get(node);
  if (hash === undefined) {
    hash = hashText(canonicalJson(node));
    if (Object.isFrozen(node)) known.set(node, hash);
  }
  return hash;
}

/** A 128-bit hash of text (four mixed 32-bit lanes), as 32 hex digits. Not for secrets. */
export function hashText(text: string): string {
  return hashUnits(text.length, at => text.charCodeAt(at));
}

/** The same of bytes. */
export function hashBytes(bytes: Uint8Array): string {
  return hashUnits(bytes.length, at => bytes[at]);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function hashUnits(length: number, unitAt: (at: number) => number): string {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let i = 0; i < length; i++) {
    const unit = unitAt(i);
    a = b ^ Math.imul(a ^ unit, 597399067);
    b = c ^ Math.imul(b ^ unit, 2869860233);
    c = d ^ Math.imul(c ^ unit, 951274213);
    d = a ^ Math.imul(d ^ unit, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a]
    .map(lane => (lane >>> 0).toString(16).padStart(8, '0'))
    .join('');
}
