import { MillraceError } from '../columns/error.js';

/** A credential by its name. Its value is known to the engine alone, while it connects. */
export interface Secret {
  readonly secret: string;
}

/**
 * A credential by the name of an environment variable of the engine, or of a line `NAME=value` in the file `.env` beside the notebook: the environment comes
 * first. Plans, outputs, statistics, errors and saved notebooks hold the name alone.
 *
 * @throws MillraceError `MR1735` for what is no name; `MR3930` (when it is needed) where there is no such variable
 * @example postgres({ url: secret('PG_URL'), table: 'bars' })
 */
export function secret(name: string): Secret {
  if (typeof name === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return Object.freeze({ secret: name });
  throw new MillraceError(
    'MR1735',
    'secret() takes the name of a credential, not the credential.',
    "Put a line PG_URL=… into the file .env beside the notebook, and write secret('PG_URL').",
  );
}
