import { floorDays, floorInZone, parseSpan, spanFloor } from '../../columns/span.js';
import type { Span } from '../../columns/span.js';
import { zoneOf } from '../../columns/zone.js';
import { STRING, timestampType, typeName } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Argument, BoundCall, Emitted, EmitScope, Signature } from '../../expr/function.js';
import { requireLiteral } from './fixed.js';
import { checkInt64, guardSafe } from './int64.js';
import { literalArgument, sqlString } from './sql.js';
import { anyNullable, requireCount, requireKind } from './types.js';
import { perSecond, secondsOf } from './zones.js';

/** `truncate` by the calendar, and by a zone's clocks: `truncate(time, '1 month', 'Europe/Berlin')`. */
export function bindCalendar(args: readonly Argument[]): Signature {
  requireCount('truncate', args, 2, 3);
  requireKind(
    'truncate',
    args[0],
    'a timestamp or a date',
    type => type.kind === 'timestamp' || type.kind === 'date',
  );
  for (const arg of args.slice(1)) requireLiteral('truncate', arg);
  const span = parseSpan(String(args[1].literal));
  if (args.length > 2) zoneOf(String(args[2].literal));
  const { kind } = args[0].type;
  const type = kind === 'timestamp' || kind === 'date' ? args[0].type : timestampType('us');
  if (span.kind === 'microseconds' && (type.kind === 'date' || span.count % 1e6 !== 0)) {
    throw new ArgumentTypeError(
      `truncate() of a ${typeName(type)} by a span of ${span.count} µs needs a longer one.`,
      type.kind === 'date' ? "Write days or months: '1 month'." : 'In a zone spans are whole seconds.',
    );
  }
  return { args: [type, STRING, STRING].slice(0, args.length), type, nullable: anyNullable(args) };
}

interface Choice {
  readonly span: Span;
  readonly zone: string;
}

function choiceOf(call: BoundCall): Choice {
  return {
    span: parseSpan(String(literalArgument(call, 1))),
    zone: String(literalArgument(call, 2) ?? 'UTC'),
  };
}

export function evaluateCalendar(time: Value, call: BoundCall): Value {
  const { span, zone } = choiceOf(call);
  if (call.type.kind === 'date') return floorDays(time as number, span);
  const start = floorInZone(secondsOf(time as bigint, call.type), span, zoneOf(zone));
  return checkInt64(BigInt(start) * perSecond(call.type), `truncate(${String(time)})`);
}

export function emitCalendar(time: Emitted, call: BoundCall, scope: EmitScope): { readonly value: string } {
  const { span, zone } = choiceOf(call);
  if (call.type.kind === 'date') {
    return { value: `${scope.constant((days: number) => floorDays(days, span))}(${time.value})` };
  }
  const clocks = zoneOf(zone);
  const floor = scope.constant(spanFloor(span, clocks));
  const per = Number(perSecond(call.type));
  return { value: guardSafe(`(${floor}(Math.floor(${time.value} / ${per})) * ${per})`, scope) };
}

const PARTS: readonly (readonly [Span['kind'], number, string])[] = [
  ['months', 12, 'year'],
  ['months', 3, 'quarter'],
  ['months', 1, 'month'],
  ['days', 7, 'week'],
  ['days', 1, 'day'],
];

/** Spans of one calendar unit, in UTC: other engines truncate to no others, and resolve daylight saving otherwise. */
export function calendarSql(dialect: 'duckdb' | 'flink', time: string, call: BoundCall): string | null {
  const { span, zone } = choiceOf(call);
  const part = PARTS.find(([kind, count]) => kind === span.kind && count === span.count)?.[2];
  if (part === undefined || zone !== 'UTC') return null;
  if (dialect === 'flink') return `FLOOR(${time} TO ${part.toUpperCase()})`;
  const type =
    call.type.kind === 'date'
      ? 'DATE'
      : call.type.kind === 'timestamp' && call.type.unit === 'us'
        ? 'TIMESTAMP'
        : null;
  return type === null ? null : `CAST(date_trunc(${sqlString(part)}, ${time}) AS ${type})`;
}
