import { formatDecimal } from '../columns/decimal.js';
import { formatDurationTicks } from '../columns/durationTicks.js';
import { formatDate, formatTimestamp } from '../columns/iso.js';
import { canonicalJson } from '../columns/json.js';
import { MillraceError } from '../columns/error.js';
import { textRange } from './arrowText.js';
import type { ArrowVector } from './arrowVector.js';

const decoder = new TextDecoder();

/** Whether the value at a position of the array's own is NULL. */
function isNull(vector: ArrowVector, at: number): boolean {
  return vector.validity !== null && (vector.validity[at >> 3] & (1 << (at & 7))) === 0;
}

/**
 * The value at a position (from the array's offset on) as canonical JSON text: lists are arrays, structs objects, maps objects whose
 * keys are text, times ISO 8601, decimals digits; NULL and floats that are not finite are null.
 */
export function jsonOf(vector: ArrowVector, position: number): string {
  const at = vector.offset + position;
  if (isNull(vector, at)) return 'null';
  const { layout } = vector.type;
  switch (layout) {
    case 'struct':
      return objectOf(vector.children.map((child, i) => [vector.type.names[i], jsonOf(child, at)]));
    case 'list':
    case 'largeList':
    case 'fixedList': {
      const [from, to] = rangeOf(vector, at);
      const items: string[] = [];
      for (let i = from; i < to; i++) items.push(jsonOf(vector.children[0], i));
      return `[${items.join(',')}]`;
    }
    case 'map': {
      const [from, to] = rangeOf(vector, at);
      const [entries] = vector.children;
      const [keys, values] = entries.children;
      const members: [string, string][] = [];
      for (let i = from; i < to; i++)
        members.push([scalarText(keys, entries.offset + i), jsonOf(values, entries.offset + i)]);
      return objectOf(members);
    }
    case 'utf8':
    case 'largeUtf8':
    case 'utf8View':
      return JSON.stringify(scalarText(vector, position));
    default:
      return scalarOf(vector, position);
  }
}

function objectOf(members: readonly (readonly [string, string])[]): string {
  // A map keeps the last of equal keys, as canonical JSON does.
  const byKey = new Map(members);
  return `{${Array.from(byKey, ([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

function rangeOf(vector: ArrowVector, at: number): readonly [number, number] {
  const [from, to] = offsetsOf(vector, at);
  if (from >= 0 && to <= vector.children[0].length) return [from, to];
  throw new RangeError('a list lies outside of its array');
}

function offsetsOf({ memory, offsets, type }: ArrowVector, at: number): readonly [number, number] {
  if (type.layout === 'fixedList') return [at * type.scale, (at + 1) * type.scale];
  if (type.layout === 'largeList') {
    const [from, to] = new BigInt64Array(memory, offsets + at * 8, 2);
    return [Number(from), Number(to)];
  }
  const [from, to] = new Int32Array(memory, offsets + at * 4, 2);
  return [from, to];
}

/** A scalar as text without quotes. */
function scalarText(vector: ArrowVector, position: number): string {
  const at = vector.offset + position;
  const { memory, type } = vector;
  if (type.indexes !== null && vector.dictionary !== null) {
    const index = integerOf({ ...vector, type: { ...type, layout: type.indexes } }, at);
    return scalarText(vector.dictionary, Number(index));
  }
  if (type.layout === 'utf8' || type.layout === 'largeUtf8' || type.layout === 'utf8View') {
    const [from, to] = textRange(vector, position);
    return decoder.decode(new Uint8Array(memory, from, to - from).slice());
  }
  const text = scalarOf(vector, position);
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** A number, a truth value or a time as JSON. */
function scalarOf(vector: ArrowVector, position: number): string {
  const at = vector.offset + position;
  const { memory, values, type } = vector;
  switch (type.layout) {
    case 'bool':
      return (new Uint8Array(memory, values)[at >> 3] & (1 << (at & 7))) === 0 ? 'false' : 'true';
    case 'float32':
    case 'float64': {
      const wide = type.layout === 'float64';
      const [value] = wide
        ? new Float64Array(memory, values + at * 8, 1)
        : new Float32Array(memory, values + at * 4, 1);
      return Number.isFinite(value) ? String(value + 0) : 'null';
    }
    case 'dateMillisecond':
      return `"${formatDate(Math.floor(Number(integerOf(vector, at)) / 86_400_000))}"`;
    default: {
      const value = integerOf(vector, at);
      const { type: column } = type;
      if (type.layout.startsWith('decimal')) return formatDecimal(value, type.scale);
      if (column.kind === 'date') return `"${formatDate(Number(value))}"`;
      if (column.kind === 'timestamp') return `"${formatTimestamp(value, column.unit)}"`;
      return column.kind === 'duration' ? `"${formatDurationTicks(value, column.unit)}"` : String(value);
    }
  }
}

const WIDTHS: Readonly<Record<string, number>> = {
  ...{ int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, int64: 8, uint64: 8, dateMillisecond: 8 },
  ...{ decimal32: 4, decimal64: 8, decimal128: 16, decimal256: 32 },
};

/** The integer at a place, of any width, the low byte first. */
function integerOf({ memory, values, type }: ArrowVector, at: number): bigint {
  const width = WIDTHS[type.layout];
  const bytes = new Uint8Array(memory, values + at * width, width);
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return type.layout.startsWith('uint') ? value : BigInt.asIntN(width * 8, value);
}

/** The canonical JSON of a value of an array of texts that hold JSON. */
export function jsonOfText(vector: ArrowVector, position: number): string {
  const text = scalarText(vector, position);
  const canonical = canonicalJson(text);
  if (canonical !== null) return canonical;
  throw new MillraceError(
    'MR4603',
    `a column of JSON holds text that is none: ${text.slice(0, 80)}.`,
    'Declare the column as string, and read what is JSON in it with .json(path).',
  );
}
