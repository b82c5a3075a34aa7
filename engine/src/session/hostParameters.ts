import { checkInput, inputQuoted, type InputSpec, type InputValue } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { inputLiterals } from '../plan/inputLiteral.js';
import type { ParameterLiteral, ParameterValues } from '../plan/parameters.js';

/** An input that is not there, or that does not take a value. */
export class InputError extends MillraceError {
  override readonly name = 'InputError';
}

/** So many inputs a session has at most. */
const MOST_INPUTS = 1000;
/** A name is no longer, a spec no larger as JSON. */
const NAME_LENGTH = 200;
const SPEC_LENGTH = 1_000_000;

/** An input of a session, with what it holds. */
interface Registered {
  readonly spec: InputSpec;
  readonly text: string;
  value: InputValue;
  /** The names of the plan parameters that it gives values to. */
  parameters: readonly string[];
  owner: string | null;
  /** Its cell is run again, and has not made it again yet. */
  retired: boolean;
}

/** What an input is and holds. */
export interface InputState {
  readonly spec: InputSpec;
  readonly value: InputValue;
}

/** The inputs of a session: the plan parameters of its queries, with the values that they hold now. */
export class ParameterRegistry {
  readonly #inputs = new Map<string, Registered>();
  readonly #values = new Map<string, ParameterLiteral>();
  readonly #listeners = new Set<(name: string, state: InputState | null) => void>();
  /** Values that were not taken. */
  refused = 0;

  /** The values that plans are to have. */
  get values(): ParameterValues {
    return this.#values;
  }

  get all(): readonly (InputState & { readonly name: string })[] {
    return Array.from(this.#inputs, ([name, { spec, value }]) => ({ name, spec, value }));
  }

  get(name: string): InputState | null {
    return this.#inputs.get(name) ?? null;
  }

  /** Tells of every change; of an input that is gone, null. */
  onChange(listener: (name: string, state: InputState | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes an input known. One of the same name is the same parameter: where it takes the same values and began the same, it keeps what it
   * holds, as when its cell is run again; else it begins anew.
   */
  declare(name: string, spec: InputSpec, owner: string | null): InputState {
    const text = JSON.stringify(spec);
    const known = this.#inputs.get(name);
    if (known !== undefined && known.text === text) {
      known.owner = owner;
      known.retired = false;
      // Whoever makes it learns what it holds.
      this.#tell(name, { spec: known.spec, value: known.value });
      return known;
    }
    const checked = checkInput(spec, spec.value);
    if (!checked.ok || name.length > NAME_LENGTH || text.length > SPEC_LENGTH) {
      const why = checked.ok ? 'is too large' : checked.why;
      throw new InputError(
        'MR2561',
        `the input ${inputQuoted(name)} ${why}.`,
        'Give it a name of at most 200 characters, fewer choices, and a value that it takes.',
      );
    }
    if (known === undefined && this.#inputs.size >= MOST_INPUTS) {
      throw new InputError(
        'MR2566',
        `this session has ${MOST_INPUTS} inputs already.`,
        'Make an input once, in a cell of its own, and use it in all queries.',
      );
    }
    for (const parameter of known?.parameters ?? []) this.#values.delete(parameter);
    const registered: Registered = {
      spec,
      text,
      value: checked.value,
      parameters: [],
      owner,
      retired: false,
    };
    this.#inputs.set(name, registered);
    this.#changed(name, registered);
    return registered;
  }

  /** Gives an input another value. */
  set(name: string, value: unknown): InputValue {
    const known = this.#inputs.get(name);
    if (known === undefined) {
      this.refused++;
      throw new InputError(
        'MR2564',
        `there is no input ${inputQuoted(name)}.`,
        'Run the cell that makes it again.',
      );
    }
    const checked = checkInput(known.spec, value);
    if (!checked.ok) {
      this.refused++;
      throw new InputError(
        'MR2563',
        `the input ${inputQuoted(name)} ${checked.why}.`,
        'Give it a value that it takes; it holds what it held.',
      );
    }
    if (!Object.is(checked.value, known.value)) {
      known.value = checked.value;
      this.#changed(name, known);
    }
    return known.value;
  }

  /** The cell of an owner begins to run again: what it does not make again is gone when it has run. */
  retire(owner: string): void {
    for (const input of this.#inputs.values()) if (input.owner === owner) input.retired = true;
  }

  /** Forgets the inputs of an owner that it has not made again; with `all`, all of them. Those whose parameters queries use stay. */
  settle(owner: string, isUsed: (parameter: string) => boolean, all = false): void {
    for (const [name, input] of this.#inputs) {
      if (input.owner !== owner || !(all || input.retired)) continue;
      if (input.parameters.some(isUsed)) {
        // Another cell's plan goes on with it; that cell's end is its own.
        input.retired = true;
        continue;
      }
      this.#inputs.delete(name);
      for (const parameter of input.parameters) this.#values.delete(parameter);
      this.#tell(name, null);
    }
  }

  #changed(name: string, input: Registered): void {
    const { spec, value } = input;
    const literals = inputLiterals(name, spec, value);
    input.parameters = literals.map(({ parameter }) => parameter);
    // All of them before anyone is told: what is computed has one selection, not parts of two.
    for (const literal of literals) this.#values.set(literal.parameter, literal);
    this.#tell(name, { spec, value });
  }

  #tell(name: string, state: InputState | null): void {
    for (const listener of [...this.#listeners]) listener(name, state);
  }
}
