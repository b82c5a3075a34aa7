import type { Temporal } from 'temporal-polyfill';
import type { TimeUnit } from '../columns/types.js';
import type { DurationExpr, DurationLiteral } from './durationExpressions.js';
import type { Comparable, Expr, OrNull } from './expressionBase.js';
import type { BoolExpr } from './logicExpressions.js';
import type { NumExpr } from './numberExpressions.js';
import type { StrExpr } from './textExpressions.js';

/** How a point in time may be written: ISO text, a Date or an Instant. */
export type TimeLiteral = string | Date | Temporal.Instant;
/** How a day may be written: ISO text or a PlainDate. */
export type DateLiteral = string | Temporal.PlainDate;

export type DatePart = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'dayOfWeek' | 'dayOfYear';
export type TimePart = DatePart | 'hour' | 'minute' | 'second' | 'millisecond' | 'microsecond';
/** What `diff` counts in: whole ones. */
export type DiffUnit =
  | ('microsecond' | 'millisecond' | 'second' | 'minute' | 'hour')
  | ('day' | 'week' | 'month' | 'quarter' | 'year');

/** Parts of a day, of one that may be NULL where `T` has null. */
interface DayParts<T> {
  year(): NumExpr<number | OrNull<T>>;
  /** 1 to 4. */
  quarter(): NumExpr<number | OrNull<T>>;
  /** 1 to 12. */
  month(): NumExpr<number | OrNull<T>>;
  /** The ISO week, 1 to 53. */
  week(): NumExpr<number | OrNull<T>>;
  /** Of the month, from 1. */
  day(): NumExpr<number | OrNull<T>>;
  /** 1 is Monday, 7 Sunday. */
  dayOfWeek(): NumExpr<number | OrNull<T>>;
  dayOfYear(): NumExpr<number | OrNull<T>>;
}

/** Parts of a time, by the clocks of a zone. */
interface ClockParts<T> extends DayParts<T> {
  hour(): NumExpr<number | OrNull<T>>;
  minute(): NumExpr<number | OrNull<T>>;
  second(): NumExpr<number | OrNull<T>>;
  /** `dayOfWeek` is 1 for Monday, `microsecond` and `millisecond` are of the second. */
  extract(part: TimePart): NumExpr<number | OrNull<T>>;
  /** The day. */
  date(): DateExpr<Temporal.PlainDate | OrNull<T>>;
  /**
   * What the clocks show, comparable with `'09:30'`.
   *
   * @example t.ts.inZone('America/New_York').timeOfDay().between('09:30', '16:00')
   */
  timeOfDay(): TimeOfDayExpr<Temporal.Duration | OrNull<T>>;
  /**
   * The start of the span that holds the time, as a point in time: `'15 min'`, `'1 h'`, `'1 d'`, `'1 week'` (from Monday), `'1 month'`,
   * `'1 quarter'`, `'1 year'`. Days are as long as the zone's clocks make them; shorter spans in UTC start at 1970-01-01.
   */
  truncate(span: string): TimeExpr<Temporal.Instant | OrNull<T>>;
  /** As text by a pattern of Java's letters: `'yyyy-MM-dd HH:mm:ss.SSS'`, `'EEE d MMM, h:mm a'`, `'HH:mmXXX'` with the offset. */
  format(pattern: string): StrExpr<string | OrNull<T>>;
}

/** A point in time. Parts are of UTC; `inZone` has those of other clocks. */
export interface TimeExpr<T extends Temporal.Instant | null = Temporal.Instant>
  extends Comparable<T, TimeLiteral>, ClockParts<T> {
  /** Later by a duration: `t.ts.add('5 min')`. Counted in the finer of the two units. */
  add<U extends Temporal.Duration | null = never>(
    other: DurationExpr<U> | DurationLiteral,
  ): TimeExpr<Temporal.Instant | OrNull<T, U>>;
  /** Earlier by a duration; of another time or day, the duration between the two: `t.received.sub(t.ts)`. */
  sub<U extends Temporal.Duration | null = never>(
    other: DurationExpr<U> | DurationLiteral,
  ): TimeExpr<Temporal.Instant | OrNull<T, U>>;
  sub<U extends Temporal.Instant | null = never>(
    other: TimeExpr<U> | Temporal.Instant | Date,
  ): DurationExpr<Temporal.Duration | OrNull<T, U>>;
  sub<U extends Temporal.PlainDate | null>(
    other: DateExpr<U>,
  ): DurationExpr<Temporal.Duration | OrNull<T, U>>;
  /** The same time as the clocks of a zone show it, by its IANA name: `t.ts.inZone('America/New_York').hour()`. */
  inZone(timeZone: string): ZonedExpr<T>;
  /** How many units since 1970-01-01 UTC, rounded down: `t.ts.epoch('s')`. */
  epoch(unit: TimeUnit): NumExpr<number | OrNull<T>>;
  /** How many whole units it is after another time; negative where it is before: `t.received.diff(t.ts, 'millisecond')`. */
  diff<U extends Temporal.Instant | null = never>(
    earlier: TimeExpr<U> | TimeLiteral,
    unit: DiffUnit,
  ): NumExpr<number | OrNull<T, U>>;
  /** So many months later (in UTC); where that month is too short, on its last day. */
  addMonths(months: NumExpr | number): TimeExpr<T>;
  /** The last day of the month (in UTC). */
  lastDay(): DateExpr<Temporal.PlainDate | OrNull<T>>;
  coalesce<U extends Temporal.Instant | null = Temporal.Instant>(
    other: TimeExpr<U> | TimeLiteral,
  ): TimeExpr<Temporal.Instant | OrNull<U>>;
  nullIf(other: TimeExpr<Temporal.Instant | null> | TimeLiteral): TimeExpr<Temporal.Instant | null>;
}

/** A point in time by the clocks of a zone. It is no value by itself: take a part of it, truncate it or format it. */
export interface ZonedExpr<T extends Temporal.Instant | null = Temporal.Instant> extends ClockParts<T> {
  /** How many seconds the clocks are ahead of UTC. */
  offset(): NumExpr<number | OrNull<T>>;
}

/** How long after midnight the clocks show, `'09:30'` or `'09:30:00.25'`. */
export interface TimeOfDayExpr<T extends Temporal.Duration | null = Temporal.Duration> extends Expr<T> {
  eq(other: string): BoolExpr<boolean | OrNull<T>>;
  ne(other: string): BoolExpr<boolean | OrNull<T>>;
  lt(other: string): BoolExpr<boolean | OrNull<T>>;
  le(other: string): BoolExpr<boolean | OrNull<T>>;
  gt(other: string): BoolExpr<boolean | OrNull<T>>;
  ge(other: string): BoolExpr<boolean | OrNull<T>>;
  /** Both ends included; over midnight where `from` is the later one: `.between('22:00', '05:00')`. */
  between(from: string, to: string): BoolExpr<boolean | OrNull<T>>;
}

/** A day. */
export interface DateExpr<T extends Temporal.PlainDate | null = Temporal.PlainDate>
  extends Comparable<T, DateLiteral>, DayParts<T> {
  /** Later by so many days, or by text of whole days: `t.day.add('7 d')`; a point in time by any other duration. */
  add<U extends number | null = never>(
    days: NumExpr<U> | number | string,
  ): DateExpr<Temporal.PlainDate | OrNull<T, U>>;
  add<U extends Temporal.Duration | null = never>(
    other: DurationExpr<U> | Temporal.Duration,
  ): TimeExpr<Temporal.Instant | OrNull<T, U>>;
  /** Earlier in the same ways; of another day or time, the duration between the two. */
  sub<U extends number | null = never>(
    days: NumExpr<U> | number | string,
  ): DateExpr<Temporal.PlainDate | OrNull<T, U>>;
  sub<U extends Temporal.Duration | null = never>(
    other: DurationExpr<U> | Temporal.Duration,
  ): TimeExpr<Temporal.Instant | OrNull<T, U>>;
  sub<U extends Temporal.Instant | null = never>(
    other: TimeExpr<U> | Temporal.Instant | Date,
  ): DurationExpr<Temporal.Duration | OrNull<T, U>>;
  sub<U extends Temporal.PlainDate | null>(
    other: DateExpr<U>,
  ): DurationExpr<Temporal.Duration | OrNull<T, U>>;
  extract(part: DatePart): NumExpr<number | OrNull<T>>;
  /** The first day of the `'1 week'` (from Monday), `'1 month'`, `'1 quarter'` or `'1 year'` that holds the day. */
  truncate(span: string): DateExpr<T>;
  format(pattern: string): StrExpr<string | OrNull<T>>;
  /** How many whole units it is after another day; negative where it is before. */
  diff<U extends Temporal.PlainDate | null = never>(
    earlier: DateExpr<U> | DateLiteral,
    unit: DiffUnit,
  ): NumExpr<number | OrNull<T, U>>;
  /** So many months later; where that month is too short, on its last day. */
  addMonths(months: NumExpr | number): DateExpr<T>;
  /** The last day of the month. */
  lastDay(): DateExpr<T>;
  coalesce<U extends Temporal.PlainDate | null = Temporal.PlainDate>(
    other: DateExpr<U> | DateLiteral,
  ): DateExpr<Temporal.PlainDate | OrNull<U>>;
  nullIf(other: DateExpr<Temporal.PlainDate | null> | DateLiteral): DateExpr<Temporal.PlainDate | null>;
}
