import { civilFromDays, daysFromCivil, isCivil } from './civil.js';
import { MillraceError } from './error.js';

/**
 * Patterns of times in Java's and Unicode's letters, as in Flink: `yyyy-MM-dd HH:mm:ss.SSS`. Text in single quotes stands for itself, and
 * two single quotes for one.
 */

/** A time as its pattern sees it: days and seconds of the local clock, nanoseconds of the second, and the offset from UTC. */
export interface LocalTime {
  readonly days: number;
  readonly secondOfDay: number;
  readonly nanosecond: number;
  readonly offset: number;
  readonly zone: string;
}

/** What has been read of a text; a part that its pattern does not have stays as it was. */
interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  hour12: number | null;
  afternoon: boolean | null;
  minute: number;
  second: number;
  nanosecond: number;
  offset: number | null;
  dayOfYear: number | null;
}

interface Token {
  format(time: LocalTime): string;
  /** Reads the text from a position on: the position after it, or -1 where it does not fit. */
  parse(text: string, at: number, parts: Parts): number;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

const compiled = new Map<string, readonly Token[]>();

/** A pattern's parts. Error `MR1207` for letters that mean nothing. */
export function timePattern(pattern: string): readonly Token[] {
  let tokens = compiled.get(pattern);
  if (tokens === undefined) {
    tokens = (pattern.match(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g) ?? []).map(part =>
      tokenOf(part, pattern),
    );
    if (compiled.size >= 200) compiled.clear();
    compiled.set(pattern, tokens);
  }
  return tokens;
}

function tokenOf(part: string, pattern: string): Token {
  if (part.startsWith("'") && part.length > 1)
    return literal(part === "''" ? "'" : part.slice(1, -1).replaceAll("''", "'"));
  if (!/^[A-Za-z]/.test(part) && part !== "'") return literal(part);
  const token = LETTERS[part[0]]?.(part.length) ?? null;
  if (token !== null) return token;
  throw new MillraceError(
    'MR1207',
    `'${part}' in the pattern '${pattern}' means nothing.`,
    "Letters: y M d D E H h a m s S X V. Other text goes in single quotes: yyyy-MM-dd'T'HH:mm:ss.",
  );
}

function literal(text: string): Token {
  return { format: () => text, parse: (from, at) => (from.startsWith(text, at) ? at + text.length : -1) };
}

type NumberPart = 'year' | 'month' | 'day' | 'hour' | 'hour12' | 'minute' | 'second' | 'dayOfYear';

/** A number of at least `width` digits; where it is written alone, of one or more. */
function number(part: NumberPart, width: number, most: number, value: (time: LocalTime) => number): Token {
  return {
    format(time) {
      const found = value(time);
      return (found < 0 ? '-' : '') + String(Math.abs(found)).padStart(width, '0');
    },
    parse(text, at, parts) {
      const pattern = width === 1 ? new RegExp(`\\d{1,${most}}`, 'y') : new RegExp(`\\d{${width}}`, 'y');
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) return -1;
      parts[part] = Number(match[0]);
      return pattern.lastIndex;
    },
  };
}

function names(
  list: readonly string[],
  short: boolean,
  value: (time: LocalTime) => number,
  set: (parts: Parts, at: number) => void,
): Token {
  const shown = short ? list.map(name => name.slice(0, 3)) : list;
  return {
    format: time => shown[value(time)],
    parse(text, at, parts) {
      const found = shown.findIndex(
        name => text.slice(at, at + name.length).toLowerCase() === name.toLowerCase(),
      );
      if (found === -1) return -1;
      set(parts, found);
      return at + shown[found].length;
    },
  };
}

const civil = (time: LocalTime) => civilFromDays(time.days);
const hourOf = (time: LocalTime) => Math.floor(time.secondOfDay / 3600);

const LETTERS: Readonly<Record<string, (width: number) => Token | null>> = {
  y: width =>
    width === 2 ? twoDigitYear() : number('year', Math.max(width, 1), 4, time => civil(time).year),
  M: width =>
    width > 4
      ? null
      : width > 2
        ? names(
            MONTHS,
            width === 3,
            time => civil(time).month - 1,
            (parts, at) => (parts.month = at + 1),
          )
        : number('month', width, 2, time => civil(time).month),
  d: width => (width > 2 ? null : number('day', width, 2, time => civil(time).day)),
  D: width =>
    width > 3
      ? null
      : number('dayOfYear', width, 3, time => time.days - daysFromCivil(civil(time).year, 1, 1) + 1),
  E: width =>
    width > 4
      ? null
      : names(
          DAYS,
          width < 4,
          time => (((time.days + 3) % 7) + 7) % 7,
          () => {},
        ),
  H: width => (width > 2 ? null : number('hour', width, 2, hourOf)),
  h: width => (width > 2 ? null : number('hour12', width, 2, time => ((hourOf(time) + 11) % 12) + 1)),
  a: width =>
    width > 1
      ? null
      : names(
          ['AM', 'PM'],
          false,
          time => Math.floor(hourOf(time) / 12),
          (parts, at) => (parts.afternoon = at === 1),
        ),
  m: width => (width > 2 ? null : number('minute', width, 2, time => Math.floor(time.secondOfDay / 60) % 60)),
  s: width => (width > 2 ? null : number('second', width, 2, time => time.secondOfDay % 60)),
  S: width => (width > 9 ? null : fraction(width)),
  X: width => (width > 3 ? null : offsetToken(width)),
  V: width => (width === 2 ? { format: time => time.zone, parse: () => -1 } : null),
};

function twoDigitYear(): Token {
  const token = number('year', 2, 2, time => ((civil(time).year % 100) + 100) % 100);
  return {
    format: time => token.format(time),
    parse(text, at, parts) {
      const end = token.parse(text, at, parts);
      if (end !== -1) parts.year += 2000;
      return end;
    },
  };
}

function fraction(width: number): Token {
  return {
    format: time => String(time.nanosecond).padStart(9, '0').slice(0, width),
    parse(text, at, parts) {
      const digits = text.slice(at, at + width);
      if (digits.length !== width || !/^\d+$/.test(digits)) return -1;
      parts.nanosecond = Number(digits.padEnd(9, '0'));
      return at + width;
    },
  };
}

/** One letter: +05; two: +0530; three: +05:30. `Z` for UTC. */
function offsetToken(width: number): Token {
  return {
    format({ offset }) {
      if (offset === 0) return 'Z';
      const minutes = Math.floor(Math.abs(offset) / 60);
      const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map(part =>
        String(part).padStart(2, '0'),
      );
      const tail = width === 3 ? `:${minute}` : width === 2 || minute !== '00' ? minute : '';
      return `${offset < 0 ? '-' : '+'}${hour}${tail}`;
    },
    parse(text, at, parts) {
      const pattern = /Z|([+-])(\d\d)(?::?(\d\d))?/y;
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) return -1;
      const size = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60;
      parts.offset = match[1] === '-' ? -size : size;
      return pattern.lastIndex;
    },
  };
}

/** A time as text. */
export function formatLocal(tokens: readonly Token[], time: LocalTime): string {
  let text = '';
  for (const token of tokens) text += token.format(time);
  return text;
}

/** The local time that a text writes, and the offset where it writes one; null where it does not fit the pattern. */
export function parseLocal(
  tokens: readonly Token[],
  text: string,
): { readonly seconds: number; readonly nanosecond: number; readonly offset: number | null } | null {
  const parts: Parts = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    hour12: null,
    afternoon: null,
    minute: 0,
    second: 0,
    nanosecond: 0,
    offset: null,
    dayOfYear: null,
  };
  let at = 0;
  for (const token of tokens) {
    at = token.parse(text, at, parts);
    if (at === -1) return null;
  }
  if (at !== text.length || !isTime(parts)) return null;
  const days =
    parts.dayOfYear === null
      ? daysFromCivil(parts.year, parts.month, parts.day)
      : daysFromCivil(parts.year, 1, 1) + parts.dayOfYear - 1;
  const hour = parts.hour12 === null ? parts.hour : (parts.hour12 % 12) + (parts.afternoon === true ? 12 : 0);
  const seconds = days * 86400 + hour * 3600 + parts.minute * 60 + parts.second;
  return { seconds, nanosecond: parts.nanosecond, offset: parts.offset };
}

function isTime(parts: Parts): boolean {
  const { hour, hour12, minute, second } = parts;
  if (hour > 23 || minute > 59 || second > 59 || (hour12 !== null && (hour12 < 1 || hour12 > 12)))
    return false;
  if (parts.dayOfYear === null) return isCivil(parts.year, parts.month, parts.day);
  return (
    parts.dayOfYear > 0 &&
    civilFromDays(daysFromCivil(parts.year, 1, 1) + parts.dayOfYear - 1).year === parts.year
  );
}
