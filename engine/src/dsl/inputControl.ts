import { checkInput, type InputSpec, type InputValue } from '@millrace/protocol';
import { Temporal } from 'temporal-polyfill';
import { MillraceError } from '../columns/error.js';
import { parseTimestamp } from '../columns/iso.js';
import { inputLiteral } from '../plan/inputLiteral.js';
import { currentOwner, nameOfValue } from '../session/client.js';
import {
  inputValue,
  isInputName,
  listenToInput,
  makeInput,
  setInput,
  type ClientInput,
} from '../session/clientInputs.js';
import { SHOWN_INPUT, type DisplayedInput } from './displayable.js';
import type { ExprOf, TimeLiteral } from './expressions.js';
import { ExprValue } from './exprValue.js';

/** What of an input is not the expression: its value, which can be asked for, given and listened to. */
export interface InputControl<T> {
  /** The plan parameter's name, which `explain()` shows. */
  readonly name: string;
  /**
   * What it holds, as last told. Giving it another value computes what depends on it anew, all of it at one moment; who wants to wait for that calls
   * `set`.
   *
   * @throws MillraceError `MR2563` for a value that it does not take
   */
  get value(): T;
  set value(value: T extends Temporal.Instant ? TimeLiteral : T);
  /**
   * Gives it another value. Resolves when everything that is shown has been computed with it.
   *
   * @example await least.set(250)
   * @throws MillraceError `MR2563` for a value that it does not take
   */
  set(value: T extends Temporal.Instant ? TimeLiteral : T): Promise<void>;
  /**
   * Calls back with each new value, whoever gave it, until the returned function is called or the cell that listens is run again.
   *
   * @example const stop = least.onChange(value => console.log(value))
   */
  onChange(listen: (value: T) => void): () => void;
  /** What it holds, and then each new value; of several that came together the latest. */
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/**
 * An input: an expression of its value wherever one is taken, `t.size.gt(least)`, and a control where it is shown.
 */
export type Input<T> = ExprOf<T> & InputControl<T>;

/** What is not moved in a chart. */
export type ControlSpec = Exclude<InputSpec, { kind: 'selection' }>;

/** Names of inputs that have none. */
let numbered = 0;

/** What inputs are at run time: the expression of a plan parameter, with the value that the session holds. */
export class InputParameter extends ExprValue {
  readonly #spec: ControlSpec;
  readonly #given: string | null;
  readonly #owner = currentOwner();
  #made: ClientInput | null = null;

  constructor(spec: ControlSpec, name: string | null) {
    super({ kind: 'literal', type: { kind: 'boolean' }, value: null });
    this.#spec = spec;
    this.#given = name;
    // Its name is that of the variable which it is going to be put into, unless it is used before.
    const literal = (): unknown => inputLiteral(this.name, spec, spec.value);
    Object.defineProperty(this, 'expr', { get: once(literal), enumerable: true });
    queueMicrotask(() => this.#input());
  }

  get name(): string {
    return this.#input().name;
  }

  get value(): unknown {
    return this.#shown(inputValue(this.#input()));
  }

  set value(value: unknown) {
    // A session that is gone is told as any rejection that nobody has caught.
    void this.set(value);
  }

  async set(value: unknown): Promise<void> {
    await setInput(this.#input(), this.#taken(value));
  }

  onChange(listen: (value: unknown) => void): () => void {
    return listenToInput(this.#input(), value => listen(this.#shown(value)));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    let isNew = true;
    let wake = (): void => undefined;
    const stop = this.onChange(() => {
      isNew = true;
      wake();
    });
    try {
      for (;;) {
        if (!isNew) await new Promise<void>(resolve => (wake = resolve));
        isNew = false;
        yield this.value;
      }
    } finally {
      stop();
    }
  }

  [SHOWN_INPUT](): DisplayedInput {
    const made = this.#input();
    return { name: made.name, spec: this.#spec, value: inputValue(made) };
  }

  #input(): ClientInput {
    if (this.#made === null) {
      const name = this.#given ?? nameOfValue(this) ?? freeName();
      this.#made = makeInput(name, this.#spec, this.#owner);
    }
    return this.#made;
  }

  /** As the user has it. */
  #shown(value: InputValue): unknown {
    if (this.#spec.kind !== 'date') return value;
    return Temporal.Instant.fromEpochNanoseconds(BigInt(value) * 1000n);
  }

  /** As the session has it. */
  #taken(value: unknown): InputValue {
    const checked = checkInput(this.#spec, this.#spec.kind === 'date' ? microsecondsOf(value) : value);
    if (checked.ok) return checked.value;
    throw new MillraceError(
      'MR2563',
      `the input '${this.name}' ${checked.why}.`,
      'Give it a value that it takes; it holds what it held.',
    );
  }
}

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | null = null;
  return () => (made ??= { result: make() }).result;
}

function freeName(): string {
  let name = `input${++numbered}`;
  while (isInputName(name)) name = `input${++numbered}`;
  return name;
}

/** Whole microseconds of a time; the value itself where it is none. */
export function microsecondsOf(time: unknown): unknown {
  if (time instanceof Date) return time.getTime() * 1000;
  if (typeof time === 'string') {
    const ticks = parseTimestamp(time, 'us');
    return ticks === null ? time : Number(ticks);
  }
  if (typeof time !== 'object' || time === null || !('epochNanoseconds' in time)) return time;
  return Number(BigInt(time.epochNanoseconds as bigint) / 1000n);
}
