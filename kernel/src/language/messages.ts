import type { Language } from './api.js';

/** The methods that cross to the worker. */
export type Method = Exclude<keyof Language, 'close'>;

/** A call of one of the service's methods, by message. */
export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** Its answer; `error` is a sentence where the call failed. */
export interface Answer {
  readonly id: number;
  readonly value: unknown;
  readonly error: string | null;
}
