import { FLOAT64, INT32, STRING, timestampType, typeName } from '../../columns/types.js';
import type { DataType, TimeUnit } from '../../columns/types.js';
import {
  formatDate,
  formatTimestamp,
  parseDate,
  parseTimestamp,
  TICKS_PER_SECOND,
} from '../../columns/iso.js';
import type { Value } from '../../columns/values.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { BoundCall, Emitted, EmitScope, ScalarFunction } from '../../expr/function.js';
import { parseTypeName } from '../../expr/typeNames.js';
import { castFromExact, castToExact, isExactType } from './castExact.js';
import { emitExactCast } from './castExactEmit.js';
import { MAX_INT64, MIN_INT64 } from './int64.js';
import { rescaledTimestamp, ticksOfTimestamp } from './duckdbTime.js';
import { duckdbType, flinkType } from './sql.js';
import { requireCount } from './types.js';

const NUMBERS = ['int32', 'int64', 'float64'];
/** Which kinds become which. */
const TARGETS: Record<DataType['kind'], readonly string[]> = {
  boolean: ['boolean', ...NUMBERS, 'string', 'json'],
  int32: ['boolean', ...NUMBERS, 'string', 'timestamp', 'date', 'decimal', 'duration', 'json'],
  int64: ['boolean', ...NUMBERS, 'string', 'timestamp', 'decimal', 'duration', 'json'],
  float64: ['boolean', ...NUMBERS, 'string', 'decimal', 'json'],
  string: ['boolean', ...NUMBERS, 'string', 'timestamp', 'date', 'decimal', 'duration', 'json'],
  timestamp: ['int64', 'float64', 'string', 'timestamp', 'date'],
  date: ['int32', 'int64', 'float64', 'string', 'timestamp', 'date'],
  decimal: ['boolean', ...NUMBERS, 'string', 'decimal', 'json'],
  duration: ['int64', 'float64', 'string', 'duration'],
  json: ['string', 'json'],
};

/** Casts that always have a result: the others give NULL where the target cannot hold the value. */
function isTotal(from: DataType, to: DataType): boolean {
  if (isExactType(from) || isExactType(to)) return isTotalExact(from, to);
  if (to.kind === 'string' || to.kind === 'float64') return from.kind !== 'string' || to.kind === 'string';
  if (from.kind === 'boolean') return true;
  if (to.kind === 'boolean') return from.kind !== 'string';
  if (from.kind === to.kind && from.kind !== 'timestamp') return true;
  if (from.kind === 'timestamp' && to.kind === 'timestamp') return ticks(to.unit) <= ticks(from.unit);
  if (from.kind === 'timestamp') return to.kind === 'int64';
  return (from.kind === 'int32' || from.kind === 'date') && to.kind !== 'timestamp';
}

function isTotalExact(from: DataType, to: DataType): boolean {
  if (to.kind === 'string' || to.kind === 'float64' || to.kind === 'boolean') return true;
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    // Rounding to fewer places can carry into one more digit.
    const carry = to.scale < from.scale ? 1 : 0;
    return from.precision - from.scale + carry <= to.precision - to.scale;
  }
  if (from.kind === 'duration' && to.kind === 'duration') return ticks(to.unit) <= ticks(from.unit);
  if (to.kind === 'json') return from.kind !== 'string' && from.kind !== 'float64';
  return to.kind === 'int64' || (to.kind === 'duration' && from.kind !== 'string');
}

function ticks(unit: TimeUnit): number {
  return Number(TICKS_PER_SECOND[unit]);
}

const TRUE = /^\s*(true|t|yes|1)\s*$/i;
const FALSE = /^\s*(false|f|no|0)\s*$/i;
const INTEGER = /^\s*[+-]?\d+\s*$/;
const DECIMAL = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const SPECIAL = /^\s*([+-]?)(nan|inf|infinity)\s*$/i;

export const tryCast: ScalarFunction = {
  name: 'tryCast',
  signature: 'tryCast(x, type)',
  aliases: ['TRY_CAST'],
  doc: 'The value as another type; NULL where that type cannot hold it (text that is no number, a number too large); fractions are cut off.',
  examples: [
    {
      args: [
        { type: STRING, value: '12' },
        { type: STRING, value: 'int64' },
      ],
      result: 12n,
    },
    {
      args: [
        { type: STRING, value: 'x' },
        { type: STRING, value: 'float64' },
      ],
      result: null,
    },
    {
      args: [
        { type: FLOAT64, value: -1.9 },
        { type: STRING, value: 'int32' },
      ],
      result: -1,
    },
    {
      args: [
        { type: FLOAT64, value: 1e300 },
        { type: STRING, value: 'int64' },
      ],
      result: null,
    },
    {
      args: [
        { type: INT32, value: 1 },
        { type: STRING, value: 'date' },
      ],
      result: 1,
    },
    {
      args: [
        { type: timestampType('us'), value: -1n },
        { type: STRING, value: "timestamp('s')" },
      ],
      result: -1n,
    },
  ],
  nulls: 'propagate',
  literals: [1],
  sql: {
    duckdb: duckdbCast,
    flink: ([x], call) => `TRY_CAST(${x} AS ${flinkType(call.type)})`,
  },
  bind(args) {
    requireCount('tryCast', args, 2);
    const to = parseTypeName(String(args[1].literal));
    if (to === null) {
      throw new ArgumentTypeError(
        `'${String(args[1].literal)}' is not a type.`,
        "Types are e.g. 'float64' or timestamp('us').",
      );
    }
    const { type: from, literal } = args[0];
    if (literal !== null && !TARGETS[from.kind].includes(to.kind)) {
      throw new ArgumentTypeError(`${typeName(from)} cannot be cast to ${typeName(to)}.`);
    }
    return { args: [], type: to, nullable: args[0].nullable || !isTotal(from, to) };
  },
  evaluate([value], call) {
    const from = call.args[0].type;
    if (isExactType(call.type)) return castToExact(value!, from, call.type);
    if (isExactType(from)) return castFromExact(value!, from, call.type);
    if (from.kind === 'string') return fromText(value as string, call.type);
    return convert(value as number | bigint | boolean, from, call.type);
  },
  emit: emitCast,
};

function duckdbCast([x]: readonly string[], call: BoundCall): string | null {
  const { type: to } = call;
  const { type: from } = call.args[0];
  if (from.kind === 'timestamp' && to.kind === 'timestamp') return rescaledTimestamp(x, from, to);
  if (from.kind === 'timestamp' && to.kind === 'int64') return ticksOfTimestamp(x, from);
  if (from.kind === 'timestamp' || to.kind === 'timestamp') return null;
  if (to.kind === 'date' && from.kind !== 'date') return null;
  // Floats and truth values read otherwise there, and days are no numbers.
  if (to.kind === 'string' && !['string', 'int32', 'int64', 'date', 'decimal'].includes(from.kind))
    return null;
  if (from.kind === 'date' && to.kind !== 'string') return null;
  const text = `TRY_CAST(${x} AS ${duckdbType(to)})`;
  const integer = to.kind === 'int32' || to.kind === 'int64';
  if (integer && (from.kind === 'float64' || from.kind === 'decimal'))
    return `TRY_CAST(TRUNC(${x}) AS ${duckdbType(to)})`;
  if (from.kind !== 'string' || to.kind === 'string') return text;
  if (integer) return `(CASE WHEN REGEXP_FULL_MATCH(${x}, '\\s*[+-]?[0-9]+\\s*') THEN ${text} END)`;
  return to.kind === 'float64' ? text : null;
}

function fromText(text: string, to: DataType): Value {
  switch (to.kind) {
    case 'string':
      return text;
    case 'boolean':
      return TRUE.test(text) ? true : FALSE.test(text) ? false : null;
    case 'float64': {
      if (DECIMAL.test(text)) return Number(text);
      const special = SPECIAL.exec(text);
      if (special === null) return null;
      return /nan/i.test(special[2]) ? NaN : special[1] === '-' ? -Infinity : Infinity;
    }
    case 'int32':
      return INTEGER.test(text) ? asInt32(Number(text)) : null;
    case 'int64':
      return INTEGER.test(text) ? asInt64(BigInt(text.trim().replace(/^\+/, ''))) : null;
    case 'timestamp':
      return parseTimestamp(text, to.unit);
    default:
      return parseDate(text);
  }
}

function convert(value: number | bigint | boolean, from: DataType, to: DataType): Value {
  switch (to.kind) {
    case 'string':
      if (from.kind === 'timestamp') return formatTimestamp(value as bigint, from.unit);
      return from.kind === 'date' ? formatDate(value as number) : Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
      return Boolean(value) || Number.isNaN(value);
    case 'float64':
      return Number(value);
    case 'int32':
      return asInt32(Number(value));
    case 'int64':
      return typeof value === 'number' && !Number.isFinite(value) ? null : asInt64(BigInt(whole(value)));
    case 'timestamp':
      if (from.kind === 'date') return asInt64(BigInt(value) * 86400n * TICKS_PER_SECOND[to.unit]);
      return from.kind === 'timestamp'
        ? rescale(value as bigint, from.unit, to.unit)
        : asInt64(BigInt(value));
    default:
      if (from.kind !== 'timestamp') return Number(value);
      return asInt32(Number(floorDivide(value as bigint, TICKS_PER_SECOND[from.unit] * 86400n)));
  }
}

function whole(value: number | bigint | boolean): number | bigint | boolean {
  return typeof value === 'number' ? Math.trunc(value) : value;
}

function asInt32(value: number): number | null {
  const cut = Math.trunc(value) + 0;
  return cut >= -(2 ** 31) && cut < 2 ** 31 ? cut : null;
}

function asInt64(value: bigint): bigint | null {
  return value < MIN_INT64 || value > MAX_INT64 ? null : value;
}

/** The quotient rounded down, also below zero. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

function rescale(value: bigint, from: TimeUnit, to: TimeUnit): bigint | null {
  if (ticks(to) >= ticks(from)) return asInt64(value * (TICKS_PER_SECOND[to] / TICKS_PER_SECOND[from]));
  return floorDivide(value, TICKS_PER_SECOND[from] / TICKS_PER_SECOND[to]);
}

function emitCast(
  [x]: readonly Emitted[],
  call: BoundCall,
  scope: EmitScope,
): { value: string; valid?: string | null } {
  const from = call.args[0].type;
  const to = call.type;
  if (isExactType(from) || isExactType(to)) return emitExactCast(x, from, to, scope);
  if (from.kind === 'boolean') return { value: to.kind === 'boolean' ? x.value : `(${x.value} ? 1 : 0)` };
  if (to.kind === 'boolean') return { value: `(${x.value} !== 0)` };
  if (to.kind === 'float64') return { value: x.value };
  if (from.kind === 'float64') return emitFromFloat(x.value, to, scope);
  if (from.kind === 'timestamp' && to.kind === 'timestamp')
    return emitScale(x.value, ticks(to.unit) / ticks(from.unit), scope);
  if (from.kind === 'timestamp' && to.kind === 'date') {
    const days = `Math.floor(${x.value} / ${ticks(from.unit) * 86400})`;
    // Of finer units no exact number of ticks is beyond the days that there are.
    return from.unit === 's' ? inInt32(scope.local(days)) : { value: days };
  }
  if (from.kind === 'date' && to.kind === 'timestamp')
    return emitScale(x.value, 86400 * ticks(to.unit), scope);
  if (from.kind === 'int64' && to.kind === 'int32') return inInt32(scope.local(x.value));
  return { value: x.value };
}

/** A whole number, where it is one of 32 bits. */
function inInt32(value: string): { value: string; valid: string } {
  return { value, valid: `(${value} >= -2147483648 && ${value} <= 2147483647)` };
}

function emitFromFloat(x: string, to: DataType, scope: EmitScope): { value: string; valid: string } {
  const cut = scope.local(`Math.trunc(${x}) + 0`);
  if (to.kind === 'int32') return inInt32(cut);
  const limit = Number.MAX_SAFE_INTEGER;
  scope.statement(
    `if (${cut} > ${limit} && ${cut} < 0x8000000000000000 || ${cut} < -${limit} && ${cut} >= -0x8000000000000000) ${scope.bail}`,
  );
  return { value: cut, valid: `(${cut} >= -${limit} && ${cut} <= ${limit})` };
}

function emitScale(x: string, factor: number, scope: EmitScope): { value: string } {
  if (factor < 1) return { value: `Math.floor(${x} / ${Math.round(1 / factor)})` };
  if (factor === 1) return { value: x };
  const scaled = scope.local(`${x} * ${factor}`);
  scope.statement(`if (Math.abs(${scaled}) > ${Number.MAX_SAFE_INTEGER}) ${scope.bail}`);
  return { value: scaled };
}
