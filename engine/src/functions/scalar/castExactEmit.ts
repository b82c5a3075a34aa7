import type { DataType } from '../../columns/types.js';
import { TICKS_PER_SECOND } from '../../columns/iso.js';
import type { Emitted, EmitScope } from '../../expr/function.js';
import { castToExact, isExactType } from './castExact.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** Casts from and to decimals and durations over fast lanes (strings and JSON go by dictionary code, and never come here). */
export function emitExactCast(
  x: Emitted,
  from: DataType,
  to: DataType,
  scope: EmitScope,
): { value: string; valid?: string | null } {
  if (to.kind === 'decimal') return emitToDecimal(x, from, to, scope);
  if (from.kind === 'decimal') return emitFromDecimal(x, from.scale, to, scope);
  if (from.kind === 'duration' && to.kind === 'duration') {
    const factor = Number(TICKS_PER_SECOND[to.unit]) / Number(TICKS_PER_SECOND[from.unit]);
    return factor >= 1
      ? { value: scaledUp(x.value, factor, scope) }
      : { value: `Math.floor(${x.value} / ${Math.round(1 / factor)})` };
  }
  return { value: x.value };
}

function emitToDecimal(
  x: Emitted,
  from: DataType,
  to: Extract<DataType, { kind: 'decimal' }>,
  scope: EmitScope,
): { value: string; valid?: string | null } {
  if (from.kind === 'float64') return emitFromFloat(x, to, scope);
  const scale = from.kind === 'decimal' ? from.scale : 0;
  const value =
    to.scale >= scale
      ? scaledUp(x.value, 10 ** (to.scale - scale), scope)
      : roundedDown(x.value, 10 ** (scale - to.scale), scope);
  const limit = 10 ** to.precision;
  return limit > MAX ? { value } : { value, valid: `(${value} < ${limit} && ${value} > -${limit})` };
}

/** Through the shortest text of the float, as the exact cast does: binary fractions have to become the decimals that they were written as. */
function emitFromFloat(
  x: Emitted,
  to: Extract<DataType, { kind: 'decimal' }>,
  scope: EmitScope,
): { value: string; valid: string } {
  const convert = scope.constant((value: number): number => {
    const exact = isExactType(to) ? castToExact(value, { kind: 'float64' }, to) : null;
    return exact === null ? NaN : Number(exact);
  });
  const value = scope.local(`${convert}(${x.value})`);
  scope.statement(`if (Math.abs(${value}) > ${MAX}) ${scope.bail}`);
  return { value, valid: `(${value} === ${value})` };
}

function emitFromDecimal(
  x: Emitted,
  scale: number,
  to: DataType,
  scope: EmitScope,
): { value: string; valid?: string | null } {
  if (to.kind === 'float64') return { value: `(${x.value} / ${10 ** scale})` };
  if (to.kind === 'boolean') return { value: `(${x.value} !== 0)` };
  const whole = scope.local(`Math.trunc(${x.value} / ${10 ** scale}) + 0`);
  return to.kind === 'int32'
    ? { value: whole, valid: `(${whole} >= -2147483648 && ${whole} <= 2147483647)` }
    : { value: whole };
}

function scaledUp(x: string, factor: number, scope: EmitScope): string {
  if (factor === 1) return x;
  const scaled = scope.local(`${x} * ${factor}`);
  scope.statement(`if (Math.abs(${scaled}) > ${MAX}) ${scope.bail}`);
  return scaled;
}

/** Divided by a power of ten, halves away from zero: the remainder is exact where a quotient's fraction would not be. */
export function roundedDown(x: string, unit: number, scope: EmitScope): string {
  const value = scope.local(x);
  const rest = scope.local(`${value} % ${unit}`);
  const quotient = scope.local(`(${value} - ${rest}) / ${unit}`);
  return scope.local(
    `(${rest} * 2 >= ${unit} ? ${quotient} + 1 : ${rest} * 2 <= -${unit} ? ${quotient} - 1 : ${quotient}) + 0`,
  );
}
