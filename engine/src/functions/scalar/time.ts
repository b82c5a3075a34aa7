import { INT32, INT64, isInteger, STRING, timestampType, typeName } from '../../columns/types.js';
import type { DataType } from '../../columns/types.js';
import { civilFromDays, daysFromCivil } from '../../columns/civil.js';
import { TICKS_PER_SECOND } from '../../columns/iso.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Argument, BoundCall, ScalarFunction } from '../../expr/function.js';
import { bindCalendar, calendarSql, emitCalendar, evaluateCalendar } from './calendarTruncate.js';
import { floorDivide } from './cast.js';
import { checkInt64 } from './int64.js';
import { floorTo, microsecondsOf, ticksOfTimestamp, timestampOfTicks } from './duckdbTime.js';
import { literalArgument } from './sql.js';
import { anyNullable, requireCount, requireKind } from './types.js';

const EXAMPLE = { type: timestampType('ms'), value: 1_709_908_205_678n }; // 2024-03-08T14:30:05.678Z

/** The ticks of a duration in the column's unit, or an error where they are not whole. */
function ticksOf(fn: string, type: DataType, arg: Argument): bigint {
  if (!isInteger(arg.type) || (typeof arg.literal !== 'string' && typeof arg.literal !== 'number')) {
    throw new ArgumentTypeError(`${fn}() takes its duration as a literal.`, "Write e.g. truncate('1 min').");
  }
  const micros = BigInt(arg.literal);
  const perSecond = type.kind === 'timestamp' ? TICKS_PER_SECOND[type.unit] : 1n;
  const ticks = (micros * perSecond) / 1_000_000n;
  if (ticks <= 0n || ticks * 1_000_000n !== micros * perSecond) {
    throw new ArgumentTypeError(
      `${fn}() of a ${typeName(type)} takes whole ticks of that unit, more than none.`,
    );
  }
  return ticks;
}

export const truncate: ScalarFunction = {
  name: 'truncate',
  signature: 'truncate(time, span, zone?)',
  doc: "The start of the span that holds the time: of so many microseconds since 1970-01-01 UTC, or by the calendar and the clocks of a zone (UTC) where the span is text: '1 h', '1 d', '1 week' (from Monday), '1 month', '1 quarter', '1 year'.",
  examples: [
    { args: [EXAMPLE, { type: INT64, value: 60_000_000n }], result: 1_709_908_200_000n },
    {
      args: [
        { type: timestampType('s'), value: -1n },
        { type: INT64, value: 60_000_000n },
      ],
      result: -60n,
    },
    {
      args: [EXAMPLE, ...['1 d', 'America/New_York'].map(value => ({ type: STRING, value }))],
      result: 1_709_874_000_000n,
    },
    { args: [EXAMPLE, { type: STRING, value: '1 month' }], result: 1_709_251_200_000n },
  ],
  nulls: 'propagate',
  literals: [1, 2],
  mayFail: true,
  sql: { duckdb: duckdbTruncate, flink: flinkTruncate },
  bind(args) {
    if (args[1]?.type.kind === 'string') return bindCalendar(args);
    requireCount('truncate', args, 2);
    requireKind('truncate', args[0], 'a timestamp', type => type.kind === 'timestamp');
    ticksOf('truncate', args[0].type, args[1]);
    return { args: [args[0].type, INT64], type: args[0].type, nullable: anyNullable(args) };
  },
  evaluate([time, micros], call) {
    if (typeof micros === 'string') return evaluateCalendar(time, call);
    const ticks = ticksOf('truncate', call.type, { type: INT64, nullable: false, literal: String(micros) });
    return checkInt64(floorDivide(time as bigint, ticks) * ticks, `truncate(${String(time)})`);
  },
  emit([time], call, scope) {
    if (call.args[1].type.kind === 'string') return emitCalendar(time, call, scope);
    const literal = call.args[1].kind === 'literal' ? call.args[1].value : null;
    const ticks = Number(ticksOf('truncate', call.type, { type: INT64, nullable: false, literal }));
    const start = scope.local(`Math.floor(${time.value} / ${ticks}) * ${ticks}`);
    scope.statement(`if (Math.abs(${start}) > ${Number.MAX_SAFE_INTEGER}) ${scope.bail}`);
    return { value: start };
  },
};

/** Floors the count of ticks: DuckDB's own truncation knows calendar units only. */
function duckdbTruncate([time]: readonly string[], call: BoundCall): string | null {
  if (call.args[1].type.kind === 'string') return calendarSql('duckdb', time, call);
  const { type } = call;
  const ticks = ticksOf('truncate', type, {
    type: INT64,
    nullable: false,
    literal: literalArgument(call, 1),
  });
  if (type.kind !== 'timestamp') return null;
  return timestampOfTicks(floorTo(ticksOfTimestamp(time, type), ticks), type);
}

const FLINK_SPANS: Readonly<Record<string, string>> = {
  '1000000': 'SECOND',
  '60000000': 'MINUTE',
  '3600000000': 'HOUR',
  '86400000000': 'DAY',
};

function flinkTruncate([time]: readonly string[], call: BoundCall): string | null {
  if (call.args[1].type.kind === 'string') return calendarSql('flink', time, call);
  const span = String(literalArgument(call, 1));
  return Object.hasOwn(FLINK_SPANS, span) ? `FLOOR(${time} TO ${FLINK_SPANS[span]})` : null;
}

const SQL_PARTS: Readonly<Record<string, string>> = { dayOfWeek: 'ISODOW', dayOfYear: 'DOY' };

function duckdbExtract([time]: readonly string[], call: BoundCall): string {
  const part = String(literalArgument(call, 1));
  const { type } = call.args[0];
  // Nanoseconds would be rounded.
  const floored =
    type.kind === 'timestamp' && type.unit === 'ns' ? `make_timestamp(${microsecondsOf(time, type)})` : time;
  const text = `EXTRACT(${SQL_PARTS[part] ?? part.toUpperCase()} FROM ${floored})`;
  const ofSecond = part === 'millisecond' ? `(${text} % 1000)` : `(${text} % 1000000)`;
  return `CAST(${part === 'millisecond' || part === 'microsecond' ? ofSecond : text} AS INTEGER)`;
}

/** Flink counts days of the week from Sunday, and its milliseconds are not of the second alone. */
function flinkExtract([time]: readonly string[], call: BoundCall): string | null {
  const part = String(literalArgument(call, 1));
  if (part === 'dayOfWeek') return `(MOD(EXTRACT(DOW FROM ${time}) + 5, 7) + 1)`;
  if (part === 'millisecond' || part === 'microsecond') return null;
  return `EXTRACT(${SQL_PARTS[part] ?? part.toUpperCase()} FROM ${time})`;
}

/** Parts of a date, of whole days since 1970-01-01. */
const OF_DAYS: Record<string, (days: number) => number> = {
  year: days => civilFromDays(days).year,
  quarter: days => Math.ceil(civilFromDays(days).month / 3),
  month: days => civilFromDays(days).month,
  week: isoWeek,
  day: days => civilFromDays(days).day,
  dayOfWeek: days => days - 7 * Math.floor((days + 3) / 7) + 4,
  dayOfYear: days => days - daysFromCivil(civilFromDays(days).year, 1, 1) + 1,
};

/** The ISO week: the first of a year is the one with its first Thursday. */
function isoWeek(days: number): number {
  const thursday = days - (days + 3 - 7 * Math.floor((days + 3) / 7)) + 3;
  return Math.floor((thursday - daysFromCivil(civilFromDays(thursday).year, 1, 1)) / 7) + 1;
}

/** The function with its last day remembered: times of a feed come in order, many a day. */
function ofLastDay(part: (days: number) => number): (days: number) => number {
  let day = NaN;
  let value = NaN;
  return days => {
    if (days !== day) {
      day = days;
      value = part(days);
    }
    return value;
  };
}

/** Parts of a time: how many of them a second has (or seconds each has), and how many make the next larger one. */
const OF_TIME: Record<string, { readonly seconds: number; readonly of: number }> = {
  hour: { seconds: 3600, of: 24 },
  minute: { seconds: 60, of: 60 },
  second: { seconds: 1, of: 60 },
  millisecond: { seconds: 1e-3, of: 1000 },
  microsecond: { seconds: 1e-6, of: 1_000_000 },
};

/** How to count a part: `floor(ticks / divide) mod of`, or ticks × multiply where the unit is coarser. */
function step(part: string, type: DataType): { divide: bigint; multiply: bigint; of: bigint } {
  const perSecond = type.kind === 'timestamp' ? TICKS_PER_SECOND[type.unit] : 1n;
  const { seconds, of } = OF_TIME[part];
  const nanos = BigInt(Math.round(seconds * 1e9)) * perSecond;
  const divide = nanos / 1_000_000_000n;
  return divide > 0n
    ? { divide, multiply: 1n, of: BigInt(of) }
    : { divide: 1n, multiply: 1_000_000_000n / nanos, of: BigInt(of) };
}

export const extract: ScalarFunction = {
  name: 'extract',
  signature: 'extract(time, part)',
  doc: 'A part of a time in UTC: year, quarter, month, week (ISO), day, dayOfWeek (Monday is 1), dayOfYear, hour, minute, second, millisecond or microsecond of the second.',
  examples: [
    ['year', 2024],
    ['quarter', 1],
    ['month', 3],
    ['week', 10],
    ['day', 8],
    ['dayOfWeek', 5],
    ['dayOfYear', 68],
    ['hour', 14],
    ['minute', 30],
    ['second', 5],
    ['millisecond', 678],
    ['microsecond', 678_000],
  ].map(([part, result]) => ({ args: [EXAMPLE, { type: STRING, value: part }], result })),
  nulls: 'propagate',
  literals: [1],
  sql: { duckdb: duckdbExtract, flink: flinkExtract },
  bind(args) {
    requireCount('extract', args, 2);
    const part = String(args[1].literal);
    if (!Object.hasOwn(OF_DAYS, part) && !Object.hasOwn(OF_TIME, part)) {
      throw new ArgumentTypeError(
        `'${part}' is no part of a time.`,
        `Parts: ${Object.keys({ ...OF_DAYS, ...OF_TIME }).join(', ')}.`,
      );
    }
    const ofTime = Object.hasOwn(OF_TIME, part);
    requireKind(
      'extract',
      args[0],
      ofTime ? 'a timestamp' : 'a timestamp or a date',
      type => type.kind === 'timestamp' || (type.kind === 'date' && !ofTime),
    );
    return { args: [], type: INT32, nullable: anyNullable(args) };
  },
  evaluate([time, name], call) {
    const part = name as string;
    const { type } = call.args[0];
    if (Object.hasOwn(OF_DAYS, part)) {
      const days =
        type.kind === 'timestamp' ? floorDivide(time as bigint, TICKS_PER_SECOND[type.unit] * 86400n) : time;
      return OF_DAYS[part](Number(days));
    }
    const { divide, multiply, of } = step(part, type);
    const count = floorDivide(time as bigint, divide) * multiply;
    return Number(count - floorDivide(count, of) * of);
  },
  emit([time], call, scope) {
    const { type } = call.args[0];
    const part = call.args[1].kind === 'literal' ? String(call.args[1].value) : '';
    if (Object.hasOwn(OF_DAYS, part)) {
      const perDay = type.kind === 'timestamp' ? Number(TICKS_PER_SECOND[type.unit]) * 86400 : 1;
      return { value: `${scope.constant(ofLastDay(OF_DAYS[part]))}(Math.floor(${time.value} / ${perDay}))` };
    }
    const { divide, multiply, of } = step(part, type);
    // Ticks are first brought into one span of the larger part, so that multiplying stays exact.
    const span = Number((of / multiply) * divide) || 1;
    const ticks = scope.local(time.value);
    const inSpan = `(${ticks} - Math.floor(${ticks} / ${span}) * ${span})`;
    return { value: `(Math.floor(${inSpan} / ${divide}) * ${multiply})` };
  },
};
