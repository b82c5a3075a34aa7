import { nearestNames } from '../columns/nearestNames.js';
import { typeName } from '../columns/types.js';
import type { Field, TimeUnit } from '../columns/types.js';
import type { EventTime } from '../columns/time.js';
import { SourceError } from './error.js';
import { epochUnit } from './observer.js';
import type { SourceRequest } from './source.js';

/** The event-time column of a source. */
export interface EventTimeColumn {
  readonly index: number;
  readonly name: string;
  readonly unit: TimeUnit;
}

/**
 * Finds the event-time column that was asked for, and the columns with it: it has no NULL, since a row without a time has no
 * place in a stream. Errors `MR3102` (no such column), `MR3103` (no timestamp).
 */
export function withEventTime(
  label: string,
  fields: readonly Field[],
  time: SourceRequest['time'],
): { readonly fields: readonly Field[]; readonly time: EventTimeColumn | null } {
  if (time === null) return { fields, time: null };
  const names = fields.map(field => field.name);
  const index = names.indexOf(time.column);
  if (index < 0) throw noColumn(label, time.column, names);
  if (time.sequence !== null && !names.includes(time.sequence)) throw noColumn(label, time.sequence, names);
  const field = fields[index];
  if (field.type.kind !== 'timestamp') {
    throw new SourceError(
      'MR3103',
      `column '${field.name}' of ${label} is ${typeName(field.type)}, and event time has to be a timestamp.`,
      `Name another column, or declare it: schema({ ${field.name}: timestamp('ms'), … }).`,
    );
  }
  const enforced = fields.map((each, i) => (i === index ? { ...each, nullable: false } : each));
  return { fields: enforced, time: { index, name: field.name, unit: field.type.unit } };
}

/** Event times outside of these years are a unit that is not the one that was declared. */
const EARLIEST_US = Date.UTC(1900, 0, 1) * 1000;
const LATEST_US = Date.UTC(2200, 0, 1) * 1000;

/** Sees whether event times are such as data have: error `MR3708` where they are in no year from 1900 to 2199, which tells of another unit. */
export function checkYears(
  label: string,
  schema: { readonly fields: readonly Field[] },
  time: EventTimeColumn | null,
  times: readonly (EventTime | null)[],
): void {
  const odd = times.find(each => each !== null && (each < EARLIEST_US || each >= LATEST_US));
  if (time === null || odd === undefined || odd === null) return;
  const perTick = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };
  const ticks = odd / perTick[time.unit];
  const meant = epochUnit(ticks, ticks);
  throw new SourceError(
    'MR3708',
    `column '${time.name}' of ${label}, read as ${typeName(schema.fields[time.index].type)}, has a time in the year ${Math.round(1970 + odd / 31_556_952e6)}.`,
    meant === null
      ? "Name another column, or count it from a day: time: { column, since: '2013-10-08' }."
      : `By their size its integers are of the unit '${meant}': declare timestamp('${meant}').`,
  );
}

/** The error of a column that a source does not have. */
export function noColumn(label: string, name: string, known: readonly string[]): SourceError {
  const near = nearestNames(name, known).map(each => `'${each}'`);
  return new SourceError(
    'MR3102',
    `${label} has no column '${name}'.`,
    near.length === 0 ? 'It has no columns at all.' : `Did you mean ${near.join(', ')}?`,
  );
}
