/** Opening, closing and the break's begin and end, in minutes of local clock time after midnight of the session's date. */
type SessionHours = readonly [
  open: number,
  close: number,
  breakStart: number | null,
  breakEnd: number | null,
];

/**
 * An exchange's sessions. Days are counted from 1970-01-01, weekdays from Monday (0). Lists of days are text: how many days each is after
 * the one before, in base 36.
 */
export interface CalendarTable {
  /** The market identifier code (ISO 10383), or the name that exchange_calendars gives it. */
  readonly name: string;
  readonly timeZone: string;
  /** The first and last day that is known. */
  readonly first: number;
  readonly last: number;
  readonly weekdays: readonly number[];
  /** The regular hours from a day on. */
  readonly hours: readonly (readonly [since: number, ...SessionHours])[];
  /** Weekdays without a session. */
  readonly closed: string;
  /** Sessions of other hours, and their days. */
  readonly special: readonly (readonly [...SessionHours, days: string])[];
}
