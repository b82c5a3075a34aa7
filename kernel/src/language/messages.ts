import type { Language } from './api.js';

/** The methods that cross to the language process. */
export type Method = Exclude<keyof Language, 'close'>;

/** A call of one of the service's methods, by message. */
export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** The process is there and takes calls. */
interface Ready {
  readonly id: null;
}

/** What comes back: the answer of a call, `error` a sentence where the call failed, or that the process is there. */
export type Answer = Ready | { readonly id: number; readonly value: unknown; readonly error: string | null };
