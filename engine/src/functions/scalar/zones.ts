import { INT64, STRING, timestampType } from '../../columns/types.js';
import type { DataType } from '../../columns/types.js';
import { TICKS_PER_SECOND } from '../../columns/iso.js';
import { zoneOf } from '../../columns/zone.js';
import type { Zone } from '../../columns/zone.js';
import type { ScalarFunction } from '../../expr/function.js';
import { floorDivide } from './cast.js';
import { requireLiteral } from './fixed.js';
import { checkInt64, guardSafe } from './int64.js';
import { literalArgument, sqlString } from './sql.js';
import { anyNullable, requireCount, requireKind } from './types.js';

/** Ticks in a second of a timestamp type. */
export function perSecond(type: DataType): bigint {
  return type.kind === 'timestamp' ? TICKS_PER_SECOND[type.unit] : 1n;
}

/** The whole seconds of a timestamp. */
export function secondsOf(ticks: bigint, type: DataType): number {
  return Number(floorDivide(ticks, perSecond(type)));
}

/** A shift between UTC and a zone's clocks, by whole seconds that depend on the time. */
function shift(
  name: 'toLocal' | 'fromLocal',
  doc: string,
  sqlOf: (time: string, zone: string) => string,
  change: (zone: Zone, seconds: number) => number,
): ScalarFunction {
  return {
    name,
    signature: `${name}(time, zone)`,
    doc,
    examples: [
      {
        args: [
          { type: timestampType('ms'), value: 1_709_908_205_678n },
          { type: STRING, value: 'America/New_York' },
        ],
        result: 1_709_908_205_678n + BigInt(change(zoneOf('America/New_York'), 1_709_908_205)) * 1000n,
      },
    ],
    nulls: 'propagate',
    literals: [1],
    mayFail: true,
    sql: { duckdb: ([time], call) => sqlOf(time, sqlString(String(literalArgument(call, 1)))), flink: null },
    bind(args) {
      requireCount(name, args, 2);
      requireKind(name, args[0], 'a timestamp', type => type.kind === 'timestamp');
      requireLiteral(name, args[1]);
      zoneOf(String(args[1].literal));
      const type = args[0].type.kind === 'timestamp' ? args[0].type : timestampType('us');
      return { args: [type, STRING], type, nullable: anyNullable(args) };
    },
    evaluate([time, zone], call) {
      const seconds = secondsOf(time as bigint, call.type);
      const by = BigInt(change(zoneOf(zone as string), seconds)) * perSecond(call.type);
      return checkInt64((time as bigint) + by, `${name}(${String(time)})`);
    },
    emit([time], call, scope) {
      const zone = zoneOf(String(literalArgument(call, 1)));
      const ticks = scope.local(time.value);
      const per = Number(perSecond(call.type));
      const by = scope.constant((seconds: number) => change(zone, seconds));
      return { value: guardSafe(`(${ticks} + ${by}(Math.floor(${ticks} / ${per})) * ${per})`, scope) };
    },
  };
}

export const toLocal = shift(
  'toLocal',
  "What the clocks of a zone show at a time, as a timestamp: parts of it are the zone's. Daylight saving is in it.",
  (time, zone) => `timezone(${zone}, timezone('UTC', ${time}))`,
  (zone, seconds) => zone.offsetAt(seconds),
);

export const fromLocal = shift(
  'fromLocal',
  "The time at which a zone's clocks show a local time; of two the first, and of a time that they skip the one by the offset from before.",
  (time, zone) => `timezone('UTC', timezone(${zone}, ${time}))`,
  (zone, seconds) => zone.toUtc(seconds) - seconds,
);

export const utcOffset: ScalarFunction = {
  name: 'utcOffset',
  signature: 'utcOffset(time, zone)',
  doc: "How many seconds a zone's clocks are ahead of UTC at a time.",
  examples: [
    {
      args: [
        { type: timestampType('s'), value: 1_720_000_000n },
        { type: STRING, value: 'America/New_York' },
      ],
      result: -14_400n,
    },
  ],
  nulls: 'propagate',
  literals: [1],
  sql: {
    duckdb: ([time], call) => {
      const zone = sqlString(String(literalArgument(call, 1)));
      return `date_diff('second', ${time}, timezone(${zone}, timezone('UTC', ${time})))`;
    },
    flink: null,
  },
  bind(args) {
    const { args: types } = toLocal.bind(args);
    return { args: types, type: INT64, nullable: anyNullable(args) };
  },
  evaluate: ([time, zone], call) =>
    BigInt(zoneOf(zone as string).offsetAt(secondsOf(time as bigint, call.args[0].type))),
  emit([time], call, scope) {
    const zone = scope.constant(zoneOf(String(literalArgument(call, 1))));
    return { value: `${zone}.offsetAt(Math.floor(${time.value} / ${perSecond(call.args[0].type)}))` };
  },
};
