import { DATE, INT32, INT64, STRING, durationType, timestampType } from '../../columns/types.js';
import { civilFromDays, daysFromCivil } from '../../columns/civil.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Value } from '../../columns/values.js';
import type { BoundCall, ScalarFunction } from '../../expr/function.js';
import { floorDivide } from './cast.js';
import { checkInt64, guardSafe } from './int64.js';
import { requireLiteral } from './fixed.js';
import { literalArgument } from './sql.js';
import { anyNullable, commonType, requireCount, requireKind } from './types.js';
import { perSecond } from './zones.js';

const isTime = (kind: string) => kind === 'timestamp' || kind === 'date';

/** A day moved by months; where the month is too short, its last day. */
function moveMonths(days: number, months: number): number {
  const { year, month, day } = civilFromDays(days);
  const count = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1];
  return daysFromCivil(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
}

function daysInMonth(year: number, month: number): number {
  return (
    (month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1)) -
    daysFromCivil(year, month, 1)
  );
}

function monthEnd(days: number): number {
  const { year, month } = civilFromDays(days);
  return daysFromCivil(year, month, daysInMonth(year, month));
}

export const addMonths: ScalarFunction = {
  name: 'addMonths',
  signature: 'addMonths(time, months)',
  doc: 'A day or a time (in UTC) so many months later; where that month is too short, on its last day.',
  examples: [
    {
      args: [
        { type: DATE, value: daysFromCivil(2024, 1, 31) },
        { type: INT32, value: 1 },
      ],
      result: daysFromCivil(2024, 2, 29),
    },
    {
      args: [
        { type: timestampType('s'), value: 1_709_908_205n },
        { type: INT32, value: -12 },
      ],
      result: 1_678_285_805n,
    },
  ],
  nulls: 'propagate',
  mayFail: true,
  sql: {
    duckdb: ([time, months], call) =>
      call.type.kind === 'date'
        ? `CAST(${time} + to_months(${months}) AS DATE)`
        : call.type.kind === 'timestamp' && call.type.unit === 'us'
          ? `(${time} + to_months(${months}))`
          : null,
    flink: ([time, months]) => `TIMESTAMPADD(MONTH, ${months}, ${time})`,
  },
  bind(args) {
    requireCount('addMonths', args, 2);
    requireKind('addMonths', args[0], 'a timestamp or a date', type => isTime(type.kind));
    requireKind(
      'addMonths',
      args[1],
      'a whole number of months',
      type => type.kind === 'int32' || type.kind === 'int64',
    );
    const type = isTime(args[0].type.kind) ? args[0].type : DATE;
    return { args: [type, INT32], type, nullable: anyNullable(args) };
  },
  evaluate([time, months], call) {
    if (call.type.kind === 'date') return checkDay(moveMonths(time as number, months as number));
    const perDay = perSecond(call.type) * 86400n;
    const days = floorDivide(time as bigint, perDay);
    const moved = BigInt(moveMonths(Number(days), months as number)) - days;
    return checkInt64((time as bigint) + moved * perDay, `addMonths(${String(time)})`);
  },
  emit([time, months], call, scope) {
    const move = scope.constant(moveMonths);
    if (call.type.kind === 'date')
      return { value: inDays(scope.local(`${move}(${time.value}, ${months.value})`), scope) };
    const ticks = scope.local(time.value);
    const perDay = Number(perSecond(call.type)) * 86400;
    const days = scope.local(`Math.floor(${ticks} / ${perDay})`);
    return {
      value: guardSafe(`(${ticks} + (${move}(${days}, ${months.value}) - ${days}) * ${perDay})`, scope),
    };
  },
};

function inDays(days: string, scope: Parameters<NonNullable<ScalarFunction['emit']>>[2]): string {
  scope.statement(`if (${days} > 2147483647 || ${days} < -2147483648) ${scope.bail}`);
  return days;
}

function checkDay(days: number): number {
  if (days === (days | 0)) return days;
  throw new ArgumentTypeError('a date leaves the range of 32-bit days.');
}

export const lastDay: ScalarFunction = {
  name: 'lastDay',
  signature: 'lastDay(time)',
  doc: 'The last day of the month that holds a day or a time (in UTC), as a date.',
  examples: [
    { args: [{ type: DATE, value: daysFromCivil(2024, 2, 3) }], result: daysFromCivil(2024, 2, 29) },
  ],
  nulls: 'propagate',
  mayFail: true,
  aliases: ['LAST_DAY'],
  sql: { duckdb: ([time]) => `LAST_DAY(${time})`, flink: null },
  bind(args) {
    requireCount('lastDay', args, 1);
    requireKind('lastDay', args[0], 'a timestamp or a date', type => isTime(type.kind));
    return { args: [DATE], type: DATE, nullable: anyNullable(args) };
  },
  evaluate: ([days]) => checkDay(monthEnd(days as number)),
  emit: ([days], _call, scope) => ({
    value: inDays(scope.local(`${scope.constant(monthEnd)}(${days.value})`), scope),
  }),
};

export const timeOfDay: ScalarFunction = {
  name: 'timeOfDay',
  signature: 'timeOfDay(time)',
  doc: 'How long after midnight (UTC; see `toLocal` for zones) a time is, as a duration in microseconds.',
  examples: [{ args: [{ type: timestampType('s'), value: 1_709_908_205n }], result: 52_205_000_000n }],
  nulls: 'propagate',
  sql: {
    duckdb: ([time]) => `((epoch_us(${time}) % 86400000000 + 86400000000) % 86400000000)`,
    flink: null,
  },
  bind(args) {
    requireCount('timeOfDay', args, 1);
    requireKind('timeOfDay', args[0], 'a timestamp', type => type.kind === 'timestamp');
    return { args: [], type: durationType('us'), nullable: anyNullable(args) };
  },
  evaluate([time], call) {
    const per = perSecond(call.args[0].type);
    const ofDay = (time as bigint) - floorDivide(time as bigint, per * 86400n) * per * 86400n;
    return (ofDay * 1_000_000n) / per;
  },
  emit([time], call, scope) {
    const ticks = scope.local(time.value);
    const per = Number(perSecond(call.args[0].type));
    const ofDay = `(${ticks} - Math.floor(${ticks} / ${per * 86400}) * ${per * 86400})`;
    return { value: per > 1e6 ? `Math.floor(${ofDay} / ${per / 1e6})` : `(${ofDay} * ${1e6 / per})` };
  },
};

/** Units of `dateDiff`: nanoseconds each, or months. */
const UNITS: Readonly<
  Record<string, { readonly nanoseconds?: bigint; readonly months?: number; readonly sql: string }>
> = {
  microsecond: { nanoseconds: 1_000n, sql: 'MICROSECOND' },
  millisecond: { nanoseconds: 1_000_000n, sql: 'MILLISECOND' },
  second: { nanoseconds: 1_000_000_000n, sql: 'SECOND' },
  minute: { nanoseconds: 60_000_000_000n, sql: 'MINUTE' },
  hour: { nanoseconds: 3_600_000_000_000n, sql: 'HOUR' },
  day: { nanoseconds: 86_400_000_000_000n, sql: 'DAY' },
  week: { nanoseconds: 604_800_000_000_000n, sql: 'WEEK' },
  month: { months: 1, sql: 'MONTH' },
  quarter: { months: 3, sql: 'QUARTER' },
  year: { months: 12, sql: 'YEAR' },
};

export const dateDiff: ScalarFunction = {
  name: 'dateDiff',
  signature: 'dateDiff(from, to, unit)',
  doc: 'How many whole units lie between two times or days (months as `addMonths` adds them), negative where `to` is earlier: microsecond, millisecond, second, minute, hour, day, week, month, quarter or year (UTC).',
  examples: [
    {
      args: [
        { type: timestampType('s'), value: 0n },
        { type: timestampType('s'), value: 7199n },
        { type: STRING, value: 'hour' },
      ],
      result: 1n,
    },
    {
      args: [
        { type: DATE, value: daysFromCivil(2024, 1, 31) },
        { type: DATE, value: daysFromCivil(2024, 2, 29) },
        { type: STRING, value: 'month' },
      ],
      result: 1n,
    },
  ],
  nulls: 'propagate',
  literals: [2],
  sql: {
    duckdb: ([from, to], call) => `date_sub('${String(literalArgument(call, 2))}', ${from}, ${to})`,
    flink: ([from, to], call) => {
      const { sql, nanoseconds } = UNITS[String(literalArgument(call, 2))];
      return nanoseconds !== undefined && nanoseconds < 1_000_000_000n
        ? null
        : `TIMESTAMPDIFF(${sql}, ${from}, ${to})`;
    },
  },
  bind(args) {
    requireCount('dateDiff', args, 3);
    const unit = args[2];
    requireLiteral('dateDiff', unit);
    if (!Object.hasOwn(UNITS, String(unit.literal))) {
      throw new ArgumentTypeError(
        `'${String(unit.literal)}' is no unit of time.`,
        `Units: ${Object.keys(UNITS).join(', ')}.`,
      );
    }
    for (const arg of args.slice(0, 2)) {
      requireKind(
        'dateDiff',
        arg,
        'times or dates',
        type => isTime(type.kind) || (type.kind === 'string' && arg.literal !== undefined),
      );
    }
    const common = commonType('dateDiff', args.slice(0, 2));
    const type = isTime(common.kind) ? common : timestampType('us');
    return { args: [type, type, STRING], type: INT64, nullable: anyNullable(args) };
  },
  evaluate([from, to], call) {
    const { nanoseconds, months } = UNITS[String(literalArgument(call, 2))];
    const [a, b] = [from, to].map(time => nanosecondsOf(time, call));
    if (nanoseconds !== undefined) return checkInt64((b - a) / nanoseconds, 'dateDiff');
    return BigInt(Math.trunc(monthsBetween(a, b) / months!));
  },
  emit([from, to], call, scope) {
    const { nanoseconds, months } = UNITS[String(literalArgument(call, 2))];
    const { type } = call.args[0];
    const perTick = type.kind === 'date' ? 86_400_000_000_000n : 1_000_000_000n / perSecond(type);
    const [a, b] = [scope.local(from.value), scope.local(to.value)];
    if (months !== undefined) {
      const perDay = Number(86_400_000_000_000n / perTick);
      const between = scope.constant((x: number, y: number) => wholeMonths(x, y, perDay));
      return { value: `(Math.trunc(${between}(${a}, ${b}) / ${months}) + 0)` };
    }
    const difference = guardSafe(`(${b} - ${a})`, scope);
    return nanoseconds! >= perTick
      ? { value: `(Math.trunc(${difference} / ${nanoseconds! / perTick}) + 0)` }
      : { value: guardSafe(`(${difference} * ${perTick / nanoseconds!})`, scope) };
  },
};

function nanosecondsOf(time: Value, call: BoundCall): bigint {
  const { type } = call.args[0];
  return type.kind === 'date'
    ? BigInt(time!) * 86_400_000_000_000n
    : (time as bigint) * (1_000_000_000n / perSecond(type));
}

const DAY = 86_400_000_000_000n;

function monthsBetween(a: bigint, b: bigint): number {
  const [from, to] = [a, b].map(time => ({
    days: Number(floorDivide(time, DAY)),
    rest: time - floorDivide(time, DAY) * DAY,
  }));
  const months = monthsOfDays(from.days, to.days);
  const moved = moveMonths(from.days, months);
  const beyond = moved === to.days ? from.rest - to.rest : BigInt(moved - to.days);
  return adjusted(months, Number(beyond));
}

function wholeMonths(a: number, b: number, perDay: number): number {
  const [from, to] = [Math.floor(a / perDay), Math.floor(b / perDay)];
  const months = monthsOfDays(from, to);
  const moved = moveMonths(from, months);
  return adjusted(months, moved === to ? a - from * perDay - (b - to * perDay) : moved - to);
}

function monthsOfDays(from: number, to: number): number {
  const [a, b] = [civilFromDays(from), civilFromDays(to)];
  return (b.year - a.year) * 12 + b.month - a.month;
}

/** A month that is not over does not count. */
function adjusted(months: number, beyond: number): number {
  if (months > 0 && beyond > 0) return months - 1;
  return months < 0 && beyond < 0 ? months + 1 : months;
}
