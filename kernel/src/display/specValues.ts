import type { MimeBundle } from '../runner/contract.js';
import { JUPYTER_DISPLAY } from './bundles.js';
import type { MimeValue } from './types.js';
import { checkedSpec, specLanguage, specOutput, type CheckedSpec } from './vegaSpec.js';

/** The specs that `display.vegaLite` and `display.vega` have taken. */
const specs = new WeakMap<object, CheckedSpec>();

/** A value that is shown as the chart of a spec. */
export function specValue(language: CheckedSpec['language'], spec: unknown): MimeValue {
  const checked = checkedSpec(language, spec);
  const bundle = async (): Promise<MimeBundle> => (await specOutput(checked)).data;
  const value = Object.freeze({ [JUPYTER_DISPLAY]: bundle }) as unknown as MimeValue;
  specs.set(value, checked);
  return value;
}

/**
 * The spec that a value is: one that was made by `display.vegaLite`, or an object that says so by its `$schema`. Null for others.
 *
 * @throws MillraceError `MR4103` for an object that says so and cannot be shown
 */
export function specOf(value: unknown): CheckedSpec | null {
  if (typeof value !== 'object' || value === null) return null;
  const made = specs.get(value);
  if (made !== undefined) return made;
  const language = specLanguage(value);
  return language === null ? null : checkedSpec(language, value);
}
