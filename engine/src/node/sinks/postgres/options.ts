import type { ClientConfig } from 'pg';
import { SourceError } from '../../../sources/error.js';
import { booleanOption, choiceOption, numberOption, textOption, textsOption } from '../../../sources/options.js';
import type { Options } from '../../../sources/options.js';
import type { RevealedOptions } from '../../secrets.js';

/** Where a server is. */
export interface PostgresPlace {
  readonly config: ClientConfig;
  /** Host and port alone. */
  readonly shown: string;
}

/** What is written, and how. */
export interface PostgresWrite {
  readonly schema: string;
  readonly table: string;
  readonly mode: 'insert' | 'upsert';
  /** Null: that of the plan. */
  readonly key: readonly string[] | null;
  readonly createTable: boolean;
  readonly resume: string | null;
}

/** The server that options name. Passwords are concealed. Error `MR3910` for an address that is none. */
export function placeOf({ options, conceal }: RevealedOptions): PostgresPlace {
  const from = options.url === undefined ? {} : partsOfUrl(textOption(options, 'url', ''));
  const parts: Options = { ...from, ...options };
  const host = textOption(parts, 'host', 'localhost');
  const port = numberOption(parts, 'port', 5432, 1);
  const user = textOption(parts, 'user', '');
  const password = textOption(parts, 'password', '');
  const database = textOption(parts, 'database', user === '' ? 'postgres' : user);
  conceal(password);
  conceal(encodeURIComponent(password));
  const config: ClientConfig = {
    host,
    port,
    database,
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
    ssl: parts.ssl === 'unchecked' ? { rejectUnauthorized: false } : booleanOption(parts, 'ssl', false),
    keepAlive: true,
  };
  return { config, shown: `${host}:${port}` };
}

/** The parts of an address, which itself is never shown. */
function partsOfUrl(url: string): Options {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw wrongUrl();
  }
  if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') throw wrongUrl();
  const mode = parsed.searchParams.get('sslmode') ?? 'disable';
  const text = (part: string): string => decodeURIComponent(part);
  return {
    // An address of version 6 stands in brackets there.
    host: parsed.searchParams.get('host') ?? text(parsed.hostname).replace(/^\[(.*)\]$/, '$1'),
    ...(parsed.port === '' ? {} : { port: Number(parsed.port) }),
    ...(parsed.username === '' ? {} : { user: text(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: text(parsed.password) }),
    ...(parsed.pathname.length <= 1 ? {} : { database: text(parsed.pathname.slice(1)) }),
    ssl: mode.startsWith('verify') ? true : mode === 'require' ? 'unchecked' : false,
  };
}

function wrongUrl(): SourceError {
  return new SourceError(
    'MR3910',
    'the url of the Postgres server is no such address.',
    'It looks so: postgres://user:password@host:5432/database, with % codes for what is special in a password.',
  );
}

export function writeOf(options: Options): PostgresWrite {
  const key = textsOption(options, 'key', []);
  return {
    schema: textOption(options, 'schema', 'public'),
    table: textOption(options, 'table', ''),
    mode: choiceOption(options, 'mode', ['insert', 'upsert'], 'insert'),
    key: key.length === 0 ? null : key,
    createTable: booleanOption(options, 'createTable', false),
    resume: options.resume === undefined ? null : textOption(options, 'resume', ''),
  };
}
