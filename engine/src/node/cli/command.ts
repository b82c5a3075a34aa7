import { parseArgs, type ParseArgsConfig } from 'node:util';
import { MillraceError } from '../../columns/error.js';
import { parseDuration } from '../../columns/duration.js';
import type { World } from '../../sources/source.js';

/** Where a command runs. */
export interface CommandContext {
  readonly world: World;
  /** Tells a line of what was asked for. */
  print(line: string): void;
  /** Tells a line of how it goes. */
  note(line: string): void;
  /** Aborted when the command is to end: by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A subcommand of `millrace`. */
export interface Command {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly usage: string;
  /** Resolves with the exit code where it is not 0. */
  run(args: readonly string[], context: CommandContext): Promise<number | void>;
}

/** What was written on the command line is not what the command takes: exit code 2. */
export class UsageError extends MillraceError {
  override readonly name = 'UsageError';

  constructor(text: string, hint: string | null = null, code = 'MR3820') {
    super(code, text, hint);
  }
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * The options and names of a command line; a name that ends in `…` stands for one or more. Throws `UsageError` for what is none of them, and for
 * too few or too many names.
 */
export function parsedArgs<Config extends Options>(
  args: readonly string[],
  options: Config,
  names: readonly string[],
): {
  readonly values: ReturnType<typeof parseArgs<{ options: Config }>>['values'];
  readonly names: readonly string[];
} {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { positionals, values } = parsed;
  const isList = names.at(-1)?.endsWith('…') === true;
  if (isList ? positionals.length < names.length : positionals.length !== names.length) {
    const given = positionals.length === 0 ? 'nothing' : positionals.join(' ');
    throw new UsageError(`${names.join(' ')} is expected, and ${given} is there.`);
  }
  return { values: values as never, names: positionals };
}

/** A number of bytes: `500000`, `64kB`, `10MB`, `1.5GB`. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(|k|m|g|t)b?$/i.exec(text.trim());
  if (match === null) throw new UsageError(`'${text}' is no size.`, "Write '500MB' or '1GB'.");
  return Math.floor(Number(match[1]) * 1000 ** ['', 'k', 'm', 'g', 't'].indexOf(match[2].toLowerCase()));
}

/** A span of time in milliseconds: `10s`, `5 min`, `1h`. */
export function parseSpan(text: string): number {
  try {
    return parseDuration(text.replace(/^(\d+(?:\.\d+)?)([a-z])/i, '$1 $2'), 'a span of time') / 1000;
  } catch (error) {
    throw new UsageError(
      error instanceof MillraceError ? error.text : String(error),
      "Write '10 s' or '5 min'.",
    );
  }
}

/** The JSON of an option. */
export function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--${name} is no JSON: ${text.slice(0, 60)}.`);
  }
}

/** How messages are read: a name, or a JSON object with `decode` and what that takes. */
export function parseDecode(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  if (!text.trimStart().startsWith('{')) return { decode: text };
  return parseJson('decode', text) as Record<string, unknown>;
}

/** A number of bytes for people. */
export function shownBytes(bytes: number): string {
  const unit = bytes < 1e3 ? 0 : bytes < 1e6 ? 1 : bytes < 1e9 ? 2 : 3;
  return `${(bytes / 1000 ** unit).toFixed(unit === 0 ? 0 : 1)} ${['B', 'kB', 'MB', 'GB'][unit]}`;
}
