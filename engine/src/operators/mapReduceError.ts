import { MillraceError } from '../columns/error.js';

/** A function of mapReduce() that failed, or what it gave. */
export class MapReduceError extends MillraceError {
  override readonly name = 'MapReduceError';
}

/** What a function of the user's threw, with where it was. */
export function failedFunction(which: string, where: string, error: unknown): MapReduceError {
  if (error instanceof MapReduceError) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new MapReduceError(
    'MR2205',
    `${which}() of mapReduce() failed ${where}: ${text}`,
    which === 'map'
      ? 'Handle the rows that it cannot take, or leave them out with where().'
      : 'Handle the values that it cannot take, or let map() leave them out.',
  );
}

/** A value as errors show it. */
export function shown(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // It goes round in circles, or holds bigints.
  }
  text ??= String(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
