import type { PlanSample } from 'millrace';
import type { Language } from './api.js';
import type { FileCall } from './outside.js';

/** The methods that cross to the worker. */
export type Method = Exclude<keyof Language, 'close' | 'connect'>;

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

/** What the service asks of the engine, from the worker. */
export type Question = { readonly question: number } & (
  { readonly type: 'look'; readonly call: FileCall } | { readonly type: 'sample'; readonly name: string }
);

/** What the engine has answered. */
export interface Told {
  readonly question: number;
  readonly sample: PlanSample | null;
}
