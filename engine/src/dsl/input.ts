import type { Temporal } from 'temporal-polyfill';
import {
  checkInput,
  inputQuoted,
  type InputChoice,
  type InputSpec,
  type InputValue,
} from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import type { TimeLiteral } from './expressions.js';
import { InputParameter, microsecondsOf, type ControlSpec, type Input } from './inputControl.js';

/** What every input may be given. */
export interface InputOptions {
  /** What its control is called. Not given: its name. */
  readonly label?: string;
  /**
   * The name of the plan parameter; inputs of one name are one input. Not given: the variable that the cell puts it into, or else a number
   * (`input1`).
   */
  readonly name?: string;
}

/** A number between two others. */
export interface RangeOptions extends InputOptions {
  readonly min: number;
  readonly max: number;
  /** Where it begins; not given: at `min`. */
  readonly value?: number;
  /** It takes `min` and so many steps; not given: whole numbers where the others are whole, else any number. */
  readonly step?: number;
}

/** One of some values. */
export interface SelectOptions<T> extends InputOptions {
  /** The values, all of one kind; or by the text that is shown for each. */
  readonly options: readonly T[] | Readonly<Record<string, T>>;
  /** Where it begins; not given: with the first one. */
  readonly value?: NoInfer<T>;
}

/** True or false. */
export interface ToggleOptions extends InputOptions {
  readonly value?: boolean;
}

/** A text. */
export interface TextOptions extends InputOptions {
  readonly value?: string;
  /** UTF-16 units at most (1,000; at most 100,000). */
  readonly maxLength?: number;
}

/** A time in UTC. */
export interface DateOptions extends InputOptions {
  readonly value: TimeLiteral;
  readonly min?: TimeLiteral;
  readonly max?: TimeLiteral;
}

const MOST_TEXT = 100_000;
const MOST_CHOICES = 10_000;

/**
 * Values that the reader of a notebook moves. An input stands in expressions as what it holds, and is a control where it is shown; moving it computes the
 * tables that depend on it anew, from the beginning of what they read, and shows all of them with the new value at one moment. Over a live feed
 * that is what the session still has of it: the table says since when.
 *
 * @example
 * const least = input.range({ min: 0, max: 1000, value: 100 });
 * const big = trades.where(t => t.size.gt(least));
 */
export const input = {
  /**
   * A number from `min` to `max`, as a slider. Whole bounds and steps give an integer, others a float64.
   *
   * @throws MillraceError `MR2560` for bounds, a step or a value that do not belong together
   * @example input.range({ min: 0, max: 1, step: 0.05, value: 0.5, label: 'Share' })
   */
  range(options: RangeOptions): Input<number> {
    const { min, max } = record('range', options);
    const isBounded =
      [min, max].every(each => typeof each === 'number' && Number.isFinite(each)) && min <= max;
    if (!isBounded)
      throw mistake('range', 'needs finite numbers, min and max, with min ≤ max', '{ min: 0, max: 100 }');
    const value = options.value ?? min;
    const step = options.step ?? ([min, max, value].every(Number.isSafeInteger) ? 1 : null);
    if (step !== null && !(typeof step === 'number' && Number.isFinite(step) && step > 0))
      throw mistake('range', 'takes a step above 0', '{ min: 0, max: 1, step: 0.1 }');
    const whole = [min, max, value, step].every(Number.isSafeInteger);
    return make('range', { kind: 'range', label: labelOf(options), min, max, step, whole, value }, options);
  },
  /**
   * One of some texts, numbers or booleans, as a list. Its type is the union of them.
   *
   * @throws MillraceError `MR2560` for no choices, choices of several kinds, or a value that is none of them
   * @example input.select({ options: ['AAPL', 'MSFT'] }), input.select({ options: { Apple: 'AAPL', Microsoft: 'MSFT' } })
   */
  select<const T extends string | number | boolean>(options: SelectOptions<T>): Input<T> {
    const choices = choicesOf(record('select', options).options);
    const value: InputValue = options.value ?? choices[0].value;
    return make('select', { kind: 'select', label: labelOf(options), choices, value }, options);
  },
  /**
   * True or false, as a box that is ticked.
   *
   * @example input.toggle({ value: true, label: 'Only large trades' })
   */
  toggle(options: ToggleOptions = {}): Input<boolean> {
    const { value = false } = record('toggle', options);
    return make('toggle', { kind: 'toggle', label: labelOf(options), value }, options);
  },
  /**
   * A text of one line.
   *
   * @example input.text({ value: 'AAPL', maxLength: 20 })
   */
  text(options: TextOptions = {}): Input<string> {
    const { value = '', maxLength = 1000 } = record('text', options);
    if (!Number.isInteger(maxLength) || maxLength < 1 || maxLength > MOST_TEXT)
      throw mistake('text', `takes a maxLength from 1 to ${MOST_TEXT}`, '{ maxLength: 100 }');
    return make('text', { kind: 'text', label: labelOf(options), maxLength, value }, options);
  },
  /**
   * A time in UTC, to the microsecond: an expression as that of a timestamp column. Given as ISO text, Date or Instant; its value is an Instant.
   *
   * @example input.date({ value: '2026-01-05T14:30:00Z', min: '2026-01-05', max: '2026-01-06' })
   */
  date(options: DateOptions): Input<Temporal.Instant> {
    const { value, min, max } = record('date', options);
    const time = (given: TimeLiteral, what: string): number => {
      const us = microsecondsOf(given);
      if (typeof us === 'number' && Number.isSafeInteger(us)) return us;
      const why = `takes times from 1684 to 2255 as ISO text, Date or Instant, and ${what} is ${inputQuoted(given)}`;
      throw mistake('date', why, "{ value: '2026-01-05T14:30:00Z' }");
    };
    const bound = (given: TimeLiteral | undefined, what: string): number | null =>
      given === undefined ? null : time(given, what);
    const [from, to] = [bound(min, 'min'), bound(max, 'max')];
    if (from !== null && to !== null && from > to)
      throw mistake('date', 'needs min before max', "{ min: '2026-01-05', max: '2026-01-06' }");
    const spec: InputSpec = {
      kind: 'date',
      label: labelOf(options),
      min: from,
      max: to,
      value: time(value, 'value'),
    };
    return make('date', spec, options);
  },
} as const;

function make<T>(method: string, spec: ControlSpec, { name }: InputOptions): Input<T> {
  if (name !== undefined && (typeof name !== 'string' || !/^[\p{L}_$][\p{L}\p{N}_$ .-]{0,199}$/u.test(name)))
    throw mistake(method, `cannot have the name ${inputQuoted(name)}`, "a word: { name: 'least' }");
  const checked = checkInput(spec, spec.value);
  if (!checked.ok) throw mistake(method, `${checked.why}, its value`, 'a value that it takes');
  const begins = Object.freeze({ ...spec, value: checked.value }) as ControlSpec;
  return new InputParameter(begins, name ?? null) as unknown as Input<T>;
}

function choicesOf(options: unknown): readonly InputChoice[] {
  const example = "{ options: ['AAPL', 'MSFT'] }";
  if (typeof options !== 'object' || options === null) throw mistake('select', 'needs options', example);
  const entries: [unknown, unknown][] = Array.isArray(options)
    ? options.map(value => [value, value])
    : Object.entries(options);
  if (entries.length === 0 || entries.length > MOST_CHOICES)
    throw mistake('select', `takes from 1 to ${MOST_CHOICES} options, not ${entries.length}`, example);
  const kind = typeof entries[0][1];
  const choices = entries.map(([label, value]): InputChoice => {
    const isPlain = kind === 'string' || kind === 'boolean' || Number.isFinite(value);
    if (!isPlain || typeof value !== kind)
      throw mistake('select', 'takes texts, or numbers, or booleans, all of one kind', example);
    return { label: String(label), value: (value === 0 ? 0 : value) as InputValue };
  });
  if (new Set(choices.map(({ value }) => value)).size !== choices.length)
    throw mistake('select', 'has an option twice', example);
  return choices;
}

function record<Options>(method: string, options: Options): Options {
  if (typeof options === 'object' && options !== null) return options;
  throw mistake(method, 'takes an object of options', 'input.range({ min: 0, max: 100 })');
}

function labelOf({ label }: InputOptions): string | null {
  if (label === undefined) return null;
  return String(label).slice(0, 200);
}

function mistake(method: string, why: string, instead: string): MillraceError {
  return new MillraceError('MR2560', `input.${method}() ${why}.`, `Write ${instead}.`);
}
