import { MillraceError } from '../columns/error.js';
import type { FileSink } from './files.js';
import type { Secret } from './secret.js';

/** A Postgres server and the table that is written. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, as a secret; or `host` and the others. */
  readonly url?: string | Secret;
  readonly host?: string | Secret;
  /** 5432. */
  readonly port?: number;
  readonly database?: string | Secret;
  readonly user?: string | Secret;
  readonly password?: string | Secret;
  /** An encrypted connection whose certificate is checked (`true`) or not (`'unchecked'`). In a `url`, `sslmode` says so. */
  readonly ssl?: boolean | 'unchecked';
  readonly table: string;
  /** `public`. */
  readonly schema?: string;
  /**
   * `'insert'` (not given): each row is a new one. `'upsert'`: a row takes the place of the one of its key; with `{ emit: 'changes' }` rows that go
   * are deleted.
   */
  readonly mode?: 'insert' | 'upsert';
  /** The columns of the key, which a unique index has; not given: those that name one row of the table that is written. */
  readonly key?: string | readonly string[];
  /** Whether the table is made where there is none. */
  readonly createTable?: boolean;
  /**
   * A name under which the rows that were written are counted in the database, so that the same write in a later session goes on behind them: for inputs that give
   * the same rows again. For `'insert'`.
   */
  readonly resume?: string;
}

/**
 * A table of Postgres. Rows go in transactions of thousands; after a lost connection it connects again and writes each row once. Numbers, decimals and times to the microsecond are
 * exact; what a column of the table could not hold exactly is an error before anything is written.
 *
 * @throws MillraceError `MR1736` for options that do not go together; when the write begins `MR3911` (no connection), `MR3912` (no table), `MR3913` (no such
 *   column), `MR3914` (a column of another type), `MR3915` (no key)
 * @example
 * await bars.writeTo(postgres({ url: secret('PG_URL'), table: 'bars', mode: 'upsert', createTable: true }), { emit: 'changes' })
 */
export function postgres(options: PostgresOptions): FileSink {
  if (typeof options.table !== 'string' || (options.url === undefined && options.host === undefined)) {
    throw new MillraceError(
      'MR1736',
      'postgres() needs a server and the name of a table.',
      "Write postgres({ url: secret('PG_URL'), table: 'bars' }).",
    );
  }
  if (options.resume !== undefined && options.mode === 'upsert') {
    throw new MillraceError(
      'MR1736',
      'resume counts rows that are inserted; an upsert may be given the same rows again anyway.',
      "Leave resume out, or write mode: 'insert'.",
    );
  }
  const { key, ...others } = options;
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  const keys = key === undefined ? {} : { key: typeof key === 'string' ? [key] : [...key] };
  return hiding('postgres', { ...Object.fromEntries(given), ...keys });
}

/** A sink whose options are not shown with it: somebody may have written a password there. */
function hiding(sink: string, options: Readonly<Record<string, unknown>>): FileSink {
  return Object.defineProperty({ sink } as FileSink, 'options', { value: options, enumerable: false });
}
