import { Temporal } from 'temporal-polyfill';
import { parseDuration } from '../columns/duration.js';
import { SourceError } from './error.js';
import { textOption } from './options.js';
import type { Options } from './options.js';

/** The time (UTC, if it has no zone) at which made-up rows begin, in microseconds. Error `MR3954`. */
export function startOption(options: Options, otherwise: string): number {
  const text = textOption(options, 'start', otherwise);
  try {
    return /(?:Z|[+-]\d\d:\d\d)$/i.test(text)
      ? Temporal.Instant.from(text).epochMilliseconds * 1000
      : Temporal.PlainDateTime.from(text).toZonedDateTime('UTC').epochMilliseconds * 1000;
  } catch {
    throw new SourceError('MR3954', `the start '${text}' is no time.`, "Write { start: '2024-01-01' }.");
  }
}

/** A duration of at least a millisecond, in microseconds. Error `MR3955`. */
export function spanOption(options: Options, name: string, otherwise: string): number {
  const us = parseDuration(textOption(options, name, otherwise), `the option ${name}`);
  if (us >= 1000) return us;
  throw new SourceError(
    'MR3955',
    `the option ${name} is less than a millisecond.`,
    `Write { ${name}: '${otherwise}' }.`,
  );
}

/** Names of the things that rows are about: how many, or a list. Error `MR3956`. */
export function namesOption(
  options: Options,
  name: string,
  otherwise: number,
  nameOf: (place: number) => string,
): readonly string[] {
  const value = options[name] ?? otherwise;
  if (Array.isArray(value) && value.length > 0 && value.every(each => typeof each === 'string')) {
    return value as string[];
  }
  if (typeof value === 'number' && value >= 1 && value <= 100_000) {
    return Array.from({ length: Math.floor(value) }, (_, i) => nameOf(i));
  }
  throw new SourceError(
    'MR3956',
    `the option ${name} is ${JSON.stringify(value) ?? String(value)}.`,
    `It is how many there are, from 1 to 100,000, or a list of their names.`,
  );
}
