import { civilFromDays, daysFromCivil, isCivil } from './civil.js';
import type { TimeUnit } from './types.js';

/** Ticks of each unit in a second. */
export const TICKS_PER_SECOND: Record<TimeUnit, bigint> = {
  s: 1n,
  ms: 1_000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};

const TIMESTAMP =
  /^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?\s*$/i;
const DATE = /^\s*(\d{4})-(\d\d)-(\d\d)\s*$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * The ticks of an ISO 8601 time, or null where the text is none. A time without a zone is UTC; digits finer than the unit are
 * cut off (towards the past).
 */
export function parseTimestamp(text: string, unit: TimeUnit): bigint | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(part => Number(part ?? 0));
  if (!isCivil(year, month, day) || hour > 23 || minute > 59 || second > 60) return null;
  const seconds =
    daysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zoneSeconds(match[8]);
  const nanos = BigInt((match[7] ?? '').padEnd(9, '0'));
  const ticks = BigInt(seconds) * TICKS_PER_SECOND[unit] + (nanos * TICKS_PER_SECOND[unit]) / 1_000_000_000n;
  return ticks < MIN_INT64 || ticks > MAX_INT64 ? null : ticks;
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}

/** A timestamp as ISO 8601 text in UTC, with as many digits as the value needs: `2024-03-08T14:30:00.5Z`. */
export function formatTimestamp(ticks: bigint, unit: TimeUnit): string {
  const perSecond = TICKS_PER_SECOND[unit];
  let seconds = ticks / perSecond;
  let rest = ticks % perSecond;
  if (rest < 0n) {
    rest += perSecond;
    seconds -= 1n;
  }
  const days = Math.floor(Number(seconds) / 86400);
  const ofDay = Number(seconds) - days * 86400;
  const digits =
    perSecond === 1n
      ? ''
      : String(rest)
          .padStart(String(perSecond).length - 1, '0')
          .replace(/0+$/, '');
  const time = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map(two).join(':');
  return `${formatDate(days)}T${time}${digits === '' ? '' : `.${digits}`}Z`;
}

/** Days since 1970-01-01 of an ISO date, or null where the text is none. */
export function parseDate(text: string): number | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map(Number);
  return isCivil(year, month, day) ? daysFromCivil(year, month, day) : null;
}

/** A day number as an ISO date. */
export function formatDate(days: number): string {
  const { year, month, day } = civilFromDays(days);
  const sign = year < 0 ? '-' : '';
  return `${sign}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
