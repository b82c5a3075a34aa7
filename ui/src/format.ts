import { dayText, decimalText, durationText, instantText, isoText, unitOfType } from '@millrace/protocol';
import type { Value } from './model/rows.js';

/** As `toLocaleString` has it; that looks its format up anew each time. */
const WHOLE = new Intl.NumberFormat('en-US');

const grouping = new Map<string, Intl.NumberFormat>();

/** A number with thousands separators and so many decimals, alike for every reader. */
export function fixed(value: number, decimals: number, least = decimals): string {
  const id = `${least}/${decimals}`;
  let format = grouping.get(id);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', {
      minimumFractionDigits: least,
      maximumFractionDigits: decimals,
    });
    grouping.set(id, format);
  }
  return format.format(value);
}

/** A decimal with all its places and thousands separators, from its unscaled value. */
export function decimalWithSeparators(unscaled: number | bigint, type: string): string {
  const [digits, places] = decimalText(unscaled, type).split('.');
  const grouped = digits === '-0' ? digits : whole(BigInt(digits));
  return places === undefined ? grouped : `${grouped}.${places}`;
}

/** A whole number with thousands separators. */
export function whole(value: number | bigint): string {
  return WHOLE.format(value);
}

/** The time of day of event time in microseconds, with the date where it is another one than `beside`. */
export function clockText(us: number, beside: number | null = null): string {
  const { day, time } = instantText(Math.floor(us), 'us');
  return beside !== null && instantText(Math.floor(beside), 'us').day === day ? time : `${day} ${time}`;
}

const zones = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds since 1970 as a zone's clocks show them, with the zone's offset: `2026-01-05 09:30:00 GMT-5`. */
export function zonedText(milliseconds: number, zone: string, fraction = ''): string {
  let format = zones.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'shortOffset',
    });
    zones.set(zone, format);
  }
  const parts = new Map(format.formatToParts(milliseconds).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  return `${day} ${part('hour')}:${part('minute')}:${part('second')}${fraction} ${part('timeZoneName')}`;
}

/** A value in full, exact: what a cell's tooltip shows. */
export function fullText(value: Value, type: string): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (type.startsWith('decimal')) return decimalText(value, type);
  if (type.startsWith('duration')) return durationText(value, type);
  if (type.startsWith('timestamp')) return isoText(value, unitOfType(type));
  if (type === 'date') return dayText(value);
  return String(value);
}

/** An event time in a zone; not given: in UTC. */
export function timeText(us: number, zone: string | null): string {
  return zone === null ? `${clockText(us)} UTC` : zonedText(Math.floor(us / 1000), zone);
}
