import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { nearestNames } from '../columns/nearestNames.js';
import { MillraceError } from '../columns/error.js';
import { SourceError } from '../sources/error.js';
import type { Options } from '../sources/options.js';

/** Shorter values are not taken out of messages: they would be found everywhere. */
const SHORTEST = 4;
const HIDDEN = '•••';

/** Options with the values of their secrets, and what takes these out of whatever is shown. */
export interface RevealedOptions {
  readonly options: Options;
  /** A text without the secrets' values. */
  hide(text: string): string;
  /** Adds a value that is to be hidden, such as the password within an address. */
  conceal(value: string): void;
}

/**
 * Puts the values of secrets (`{ secret: 'NAME' }`) into options: those of the environment, or of the file `.env` in the notebook's folder. Error
 * `MR3930` for one that is not there. What is returned must not leave the caller.
 */
export async function reveal(options: Options, directory: string): Promise<RevealedOptions> {
  const hidden = new Set<string>();
  const conceal = (value: string): void => {
    if (value.length >= SHORTEST) hidden.add(value);
  };
  let file: Record<string, string | undefined> | null = null;
  const revealed: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(options)) {
    if (!isSecret(value)) {
      revealed[option] = value;
      continue;
    }
    let found = process.env[value.secret];
    if (found === undefined) {
      file ??= await envFile(directory);
      found = Object.hasOwn(file, value.secret) ? file[value.secret] : undefined;
    }
    if (found === undefined) throw missing(value.secret, Object.keys(file ?? {}));
    conceal(found);
    revealed[option] = found;
  }
  const hide = (text: string): string => {
    let shown = text;
    for (const value of hidden) shown = shown.replaceAll(value, HIDDEN);
    return shown;
  };
  return { options: revealed, hide, conceal };
}

/** An error without the values of secrets, and without what else it may carry along. */
export function withoutSecrets(error: unknown, { hide }: Pick<RevealedOptions, 'hide'>): Error {
  if (!(error instanceof MillraceError)) return new Error(hide(String((error as Error)?.message ?? error)));
  const Kind = error.constructor as new (code: string, text: string, hint: string | null) => MillraceError;
  return new Kind(error.code, hide(error.text), error.hint === null ? null : hide(error.hint));
}

function isSecret(value: unknown): value is { readonly secret: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { secret?: unknown }).secret === 'string' &&
    Object.keys(value).length === 1
  );
}

async function envFile(directory: string): Promise<Record<string, string | undefined>> {
  try {
    return parseEnv(await readFile(join(directory, '.env'), 'utf8'));
  } catch {
    return {};
  }
}

function missing(name: string, known: readonly string[]): SourceError {
  const near = nearestNames(name, known).slice(0, 3);
  const has = near.length === 0 ? '' : ` It has ${near.join(', ')}.`;
  return new SourceError(
    'MR3930',
    `there is no secret '${name}': neither the engine's environment nor the file .env in the notebook's folder has it.`,
    `Put a line ${name}=… into that file.${has}`,
  );
}
