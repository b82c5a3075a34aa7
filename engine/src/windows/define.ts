import { MillraceError } from '../columns/error.js';

/** A window's parameters as plans carry them; durations are microseconds. */
export type WindowParameters = Readonly<Record<string, number | string>>;

/**
 * Windows of `sizeUs` that start every `slideUs`, shifted by `offsetUs` from 1970-01-01 UTC. They are put together of slices
 * of `sliceUs`, which no two windows cut.
 */
export interface SlicedWindow {
  readonly kind: 'sliced';
  readonly sizeUs: number;
  readonly slideUs: number;
  readonly sliceUs: number;
  readonly offsetUs: number;
}

/** Windows that start together every `sizeUs` and end a step later each: every one of them holds those before it. */
export interface CumulativeWindow {
  readonly kind: 'cumulative';
  readonly sizeUs: number;
  readonly stepUs: number;
  readonly offsetUs: number;
}

/** So much time by the clocks and calendar of a zone. */
export type ZonedSpan = { readonly us: number } | { readonly months: number };

/**
 * Windows whose borders lie where the clocks of a zone say so, shifted by `offsetUs` of local time. Slices follow each other; a window
 * is `slices` of them, or, where windows are `cumulative`, all from a border of that span on.
 */
export interface ZonedWindow {
  readonly kind: 'zoned';
  readonly timeZone: string;
  readonly slice: ZonedSpan;
  readonly slices: number;
  readonly cumulative: ZonedSpan | null;
  readonly offsetUs: number;
}

/**
 * Windows of an exchange's sessions: pieces of so long, counted from a session's opening and after its break; whole sessions; or the
 * sessions of a week or of so many months.
 */
export interface CalendarWindow {
  readonly kind: 'calendar';
  readonly calendar: string;
  readonly span: { readonly us: number } | { readonly days: 1 | 7 } | { readonly months: number };
  /** Whether rows outside of sessions are dropped, or belong to the window before them, which then lasts until the next. */
  readonly outside: 'drop' | 'previous';
}

/** A window whose spans event time alone decides: rows are judged late by marks alone. */
export type TimeWindow = SlicedWindow | CumulativeWindow | ZonedWindow | CalendarWindow;

/** Windows that last as long as a group's rows follow each other by `gapUs` or less. */
export interface SessionWindow {
  readonly kind: 'session';
  readonly gapUs: number;
}

/**
 * Windows that a group's rows fill in event order: a window is complete with the row at which the sum of the product of `columns`
 * (of 1 where there are none) reaches `threshold`.
 */
export interface BarWindow {
  readonly kind: 'bars';
  readonly threshold: number;
  readonly columns: readonly string[];
}

/** A window whose rows depend on each other. */
export type RowWindowKind = SessionWindow | BarWindow;

/** A window as the engine computes with it: plain data that a physical plan carries. */
export type BoundWindow = TimeWindow | RowWindowKind;

/** Whether event time alone decides a window's spans. */
export function isTimeWindow(window: BoundWindow): window is TimeWindow {
  return window.kind !== 'session' && window.kind !== 'bars';
}

/** A span of event time, in microseconds; its end is exclusive. */
export interface WindowSpan {
  readonly start: number;
  readonly end: number;
}

/** One row of a group as a reference sees it: its event time, and the value that data-driven windows count. */
export interface WindowRow {
  readonly timeUs: number;
  readonly value: number | bigint | null;
}

/** One window of a group: its span, and which of the group's rows are in it. */
export interface RowWindow extends WindowSpan {
  readonly rows: readonly number[];
}

interface WindowDefinitionBase {
  readonly name: string;
  readonly doc: string;
  /** The window of a plan's parameters; throws `WindowError` for parameters that make none. */
  bind(parameters: WindowParameters): BoundWindow;
  /** As a user writes it, for `explain()`. */
  describe(parameters: WindowParameters): string;
  /** Its table function in Flink's SQL; null: it cannot be said. */
  sql(table: string, time: string, parameters: WindowParameters): string | null;
}

/** A window that event time alone decides: which windows hold a row does not depend on other rows. */
export interface TimeWindowDefinition extends WindowDefinitionBase {
  readonly by: 'time';
  /** Every window that holds an event time, found the plainest way: what tests compare with. */
  reference(timeUs: number, parameters: WindowParameters): readonly WindowSpan[];
}

/** A window that the rows of a group decide together, such as a session. */
export interface RowWindowDefinition extends WindowDefinitionBase {
  readonly by: 'rows';
  /** The windows of one group's rows, which come in order of event time, found the plainest way: what tests compare with. */
  reference(rows: readonly WindowRow[], parameters: WindowParameters): readonly RowWindow[];
}

/** The one definition of a kind of window. Registered in `registry.ts`. */
export type WindowDefinition = TimeWindowDefinition | RowWindowDefinition;

/** A window that cannot be: a size of nothing, a slide longer than the size. */
export class WindowError extends MillraceError {
  override readonly name = 'WindowError';
}

/** Declares a window: the definition itself, checked by its type. */
export function defineWindow<Definition extends WindowDefinition>(definition: Definition): Definition {
  return Object.freeze(definition);
}

/** A parameter that must be a whole number of microseconds, at least `least`. */
export function microseconds(
  window: string,
  parameters: WindowParameters,
  name: string,
  least: number,
  fallback?: number,
): number {
  const value = parameters[name] ?? fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new WindowError(
    'MR3201',
    `${window}() needs ${name} as a duration of ${least > 0 ? 'at least a microsecond' : 'whole microseconds'}, not ${String(value)}.`,
    `Write it as text, e.g. '1 min' or '10 s'.`,
  );
}

/** An interval as Flink's SQL writes it, in the largest unit that it is a whole number of. */
export function sqlInterval(us: number): string {
  const [size, unit] = INTERVAL_UNITS.find(([size]) => us % size === 0) ?? [1e6, 'SECOND'];
  const count = us / size;
  const digits = String(Math.trunc(Math.abs(count))).length;
  return `INTERVAL '${count}' ${unit}${digits > 2 ? `(${digits})` : ''}`;
}

const INTERVAL_UNITS: readonly (readonly [us: number, unit: string])[] = [
  [86_400e6, 'DAY'],
  [3600e6, 'HOUR'],
  [60e6, 'MINUTE'],
];
