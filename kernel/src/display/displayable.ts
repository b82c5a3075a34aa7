import type { Displayed, DisplayedInput, DisplayedLayout, DisplayedPart } from 'millrace';
import { storedMethod } from './safely.js';

/** The methods of streams, tables and charts, of inputs and of texts with live values, found by name so that they are known of any copy of `millrace`. */
const DISPLAYABLE = Symbol.for('millrace.displayable');
const SHOWN_INPUT = Symbol.for('millrace.input');
const SHOWN_PROSE = Symbol.for('millrace.prose');
const SHOWN_LAYOUT = Symbol.for('millrace.layout');

/** What is shown of a value by the engine, and goes on changing. */
export type ShownByEngine =
  | { readonly kind: 'view'; readonly displayed: Displayed }
  | { readonly kind: 'input'; readonly of: () => DisplayedInput }
  | { readonly kind: 'prose'; readonly parts: readonly DisplayedPart[] }
  | { readonly kind: 'layout'; readonly layout: DisplayedLayout };

/** What a stream, table, chart, input, text with live values or layout shows; null for any other value. */
export function shownByEngine(value: unknown): ShownByEngine | null {
  if (typeof value !== 'object') return null;
  const call = <Result>(name: symbol): (() => Result) | null => {
    const method = storedMethod(value, name);
    return method === null ? null : () => Reflect.apply(method, value, []) as Result;
  };
  const displayed = call<Displayed>(DISPLAYABLE);
  if (displayed !== null) return { kind: 'view', displayed: displayed() };
  const of = call<DisplayedInput>(SHOWN_INPUT);
  if (of !== null) return { kind: 'input', of };
  const parts = call<readonly DisplayedPart[]>(SHOWN_PROSE);
  if (parts !== null) return { kind: 'prose', parts: parts() };
  const layout = call<DisplayedLayout>(SHOWN_LAYOUT);
  return layout === null ? null : { kind: 'layout', layout: layout() };
}
