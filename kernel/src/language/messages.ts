import type { PlanSample } from 'millrace';
import type { Language } from './api.js';
import type { FileCall } from './outside.js';

/** The methods that cross to the language process. */
export type Method = Exclude<keyof Language, 'close' | 'connect'>;

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

/** What the service asks of the engine. */
export type Question = { readonly question: number } & (
  { readonly type: 'look'; readonly call: FileCall } | { readonly type: 'sample'; readonly name: string }
);

/** What the engine has answered. */
export interface Told {
  readonly question: number;
  readonly sample: PlanSample | null;
}
