import { TransientSinkError } from '../../../sinks/error.js';
import { SourceError } from '../../../sources/error.js';

/** What the server answers with, beside a message. */
interface ServerError extends Error {
  readonly code?: string;
  readonly column?: string;
  readonly detail?: string;
}

/** States of SQL that pass: connections, a server that shuts down or starts, too little of something, transactions that got in each other's way. */
const PASSING = /^(08|53|57P0[1-5]|40001|40P01|55P03|25P03|25006)/;
/** Errors of sockets and of the library that mean that the connection is gone. */
const GONE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ECONNABORTED)$/;
const TERMINATED = /connection terminated|not queryable|client has encountered a connection error|timed out/i;

/** An error of a running write: one that passes, or one that says what the server refused. */
export function writeError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { code = '', message, column, detail } = error as ServerError;
  if (PASSING.test(code) || GONE.test(code) || TERMINATED.test(message))
    return new TransientSinkError('MR3919', `Postgres does not take rows now: ${message || code}.`);
  const where = column === undefined ? '' : ` Column '${column}'.`;
  const more = detail === undefined ? '' : ` ${detail}`;
  return new SourceError('MR3918', `Postgres refuses the rows: ${message}.${where}${more}`);
}

/** Why a connection could not be made at all. */
export function connectError(error: unknown, host: string): SourceError {
  if (error instanceof SourceError && !(error instanceof TransientSinkError)) return error;
  const { message, code } = error as ServerError;
  return new SourceError(
    'MR3911',
    `there is no connection to Postgres at ${host}: ${message === '' ? String(code) : message}.`,
    "Is the server there, and are user, password and database right? Give them as a secret: url: secret('PG_URL').",
  );
}
