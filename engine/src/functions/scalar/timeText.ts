import { STRING, timestampType } from '../../columns/types.js';
import { formatLocal, parseLocal, timePattern } from '../../columns/timePattern.js';
import { TICKS_PER_SECOND } from '../../columns/iso.js';
import { zoneOf } from '../../columns/zone.js';
import type { Argument, ScalarFunction } from '../../expr/function.js';
import { fixedFunction, requireLiteral } from './fixed.js';
import { MAX_INT64, MIN_INT64 } from './int64.js';
import { anyNullable, requireCount, requireKind } from './types.js';
import { perSecond, secondsOf } from './zones.js';

function checkText(fn: string, pattern: Argument, zone: Argument | undefined): void {
  requireLiteral(fn, pattern);
  timePattern(String(pattern.literal));
  if (zone === undefined) return;
  requireLiteral(fn, zone);
  zoneOf(String(zone.literal));
}

export const formatTime: ScalarFunction = {
  name: 'formatTime',
  signature: 'formatTime(time, pattern, zone?)',
  doc: "A time (or a day) as text by a pattern of Java's letters, in a zone (UTC): `yyyy-MM-dd HH:mm:ss.SSS`, with `MMM` Mar, `EEE` Fri, `h a` 2 PM, `HH:mmXXX` 09:30+05:30, and 'text' in quotes.",
  examples: [
    {
      args: [
        { type: timestampType('ms'), value: 1_709_908_205_678n },
        { type: STRING, value: "EEE d MMM yyyy 'at' HH:mm:ss.SSSXXX" },
        { type: STRING, value: 'America/New_York' },
      ],
      result: 'Fri 8 Mar 2024 at 09:30:05.678-05:00',
    },
  ],
  nulls: 'propagate',
  literals: [1, 2],
  aliases: ['DATE_FORMAT'],
  sql: {
    duckdb: null,
    flink: ([time, pattern, zone]) => (zone === undefined ? `DATE_FORMAT(${time}, ${pattern})` : null),
  },
  bind(args) {
    requireCount('formatTime', args, 2, 3);
    requireKind(
      'formatTime',
      args[0],
      'a timestamp or a date',
      type => type.kind === 'timestamp' || type.kind === 'date',
    );
    checkText('formatTime', args[1], args[2]);
    const type = args[0].type.kind === 'timestamp' ? args[0].type : timestampType('s');
    return { args: [type, STRING, STRING].slice(0, args.length), type: STRING, nullable: anyNullable(args) };
  },
  evaluate([time, pattern, zone = 'UTC'], call) {
    const { type } = call.args[0];
    const seconds = secondsOf(time as bigint, type);
    const offset = zoneOf(zone as string).offsetAt(seconds);
    const days = Math.floor((seconds + offset) / 86400);
    const ticks = (time as bigint) - BigInt(seconds) * perSecond(type);
    return formatLocal(timePattern(pattern as string), {
      days,
      secondOfDay: seconds + offset - days * 86400,
      nanosecond: Number(ticks * (TICKS_PER_SECOND.ns / perSecond(type))),
      offset,
      zone: zone as string,
    });
  },
};

export const parseTime = fixedFunction({
  name: 'parseTime',
  signature: 'parseTime(text, pattern, zone?)',
  doc: "The time that a text writes by a pattern of Java's letters, in a zone (UTC) where it writes no offset, as timestamp('us'); NULL where it does not fit.",
  examples: [
    [['08.03.2024 09:30', 'dd.MM.yyyy HH:mm', 'America/New_York'], 1_709_908_200_000_000n],
    [['soon', 'dd.MM.yyyy'], null],
  ],
  args: [STRING, STRING, STRING],
  least: 2,
  type: timestampType('us'),
  nullable: true,
  literals: [1, 2],
  aliases: ['TO_TIMESTAMP'],
  check: args => checkText('parseTime', args[1], args[2]),
  sql: {
    duckdb: null,
    flink: ([text, pattern, zone]) => (zone === undefined ? `TO_TIMESTAMP(${text}, ${pattern})` : null),
  },
  evaluate([text, pattern, zone = 'UTC']) {
    const read = parseLocal(timePattern(pattern as string), text as string);
    if (read === null) return null;
    const seconds =
      read.offset === null ? zoneOf(zone as string).toUtc(read.seconds) : read.seconds - read.offset;
    const ticks = BigInt(seconds) * 1_000_000n + BigInt(Math.floor(read.nanosecond / 1000));
    return ticks < MIN_INT64 || ticks > MAX_INT64 ? null : ticks;
  },
});
