import { isoText } from '../instantText.js';
import { readSelected, selectedText } from './selection.js';
import { isWellFormed } from './wellFormed.js';
import type { InputSpec, InputValue } from './spec.js';

/** A value as the input takes it, or why it does not. */
export type CheckedInput =
  { readonly ok: true; readonly value: InputValue } | { readonly ok: false; readonly why: string };

/** Characters of what is quoted in an error. */
const QUOTED = 60;

/**
 * Looks whether an input takes a value. A number beside a step by no more than rounding is brought onto it.
 *
 * @example checkInput({ kind: 'toggle', label: null, value: true }, 1) // { ok: false, why: 'takes true or false, not 1' }
 */
export function checkInput(spec: InputSpec, value: unknown): CheckedInput {
  switch (spec.kind) {
    case 'range':
      return checkRange(spec, value);
    case 'select': {
      const found = spec.choices.find(choice => Object.is(choice.value, value === 0 ? 0 : value));
      if (found !== undefined) return { ok: true, value: found.value };
      const some = spec.choices.slice(0, 5).map(choice => inputQuoted(choice.value));
      const more = spec.choices.length > some.length ? `, and ${spec.choices.length - some.length} more` : '';
      return no(`takes one of ${some.join(', ')}${more}`, value);
    }
    case 'toggle':
      return typeof value === 'boolean' ? { ok: true, value } : no('takes true or false', value);
    case 'text': {
      if (typeof value !== 'string') return no('takes text', value);
      if (value.length > spec.maxLength)
        return { ok: false, why: `takes at most ${spec.maxLength} characters, not ${value.length}` };
      // What is no Unicode could not be written into a plan, a file or a frame as it is.
      return isWellFormed(value)
        ? { ok: true, value }
        : { ok: false, why: 'takes text, and this has half of a character' };
    }
    case 'date':
      return checkDate(spec, value);
    case 'selection': {
      const selected = readSelected(spec, value);
      return selected === null
        ? no('takes what is selected in its chart', value)
        : { ok: true, value: selectedText(selected) };
    }
  }
}

function checkRange(spec: Extract<InputSpec, { kind: 'range' }>, value: unknown): CheckedInput {
  const { min, max, step } = spec;
  const between = `takes ${spec.whole ? 'whole numbers' : 'numbers'} from ${min} to ${max}`;
  if (typeof value !== 'number' || !Number.isFinite(value)) return no(between, value);
  if (value < min || value > max) return no(between, value);
  if (step === null) return { ok: true, value: value === 0 ? 0 : value };
  const steps = Math.round((value - min) / step);
  const on = rounded(min + steps * step, min, step);
  if (Math.abs(on - value) > step * 1e-6 || on > max) return no(`${between} in steps of ${step}`, value);
  return { ok: true, value: on };
}

/** With no more decimal digits than the step and the beginning have: 0.1 + 2 · 0.1 is 0.3. */
function rounded(value: number, ...like: readonly number[]): number {
  const digits = Math.max(...like.map(decimals));
  const result = digits > 15 ? value : Number(value.toFixed(digits));
  return result === 0 ? 0 : result;
}

function decimals(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

function checkDate(spec: Extract<InputSpec, { kind: 'date' }>, value: unknown): CheckedInput {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return no('takes a time', value);
  const { min, max } = spec;
  if ((min === null || value >= min) && (max === null || value <= max))
    return { ok: true, value: value === 0 ? 0 : value };
  const from = min === null ? '' : ` from ${isoText(min, 'us')}`;
  const to = max === null ? '' : ` to ${isoText(max, 'us')}`;
  return { ok: false, why: `takes times${from}${to}, not ${isoText(value, 'us')}` };
}

function no(takes: string, value: unknown): CheckedInput {
  return { ok: false, why: `${takes}, not ${inputQuoted(value)}` };
}

/** A value as an error shows it: short, whatever it is. */
export function inputQuoted(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > QUOTED ? `${value.slice(0, QUOTED)}…` : value}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
}
