import type { DataType } from '../../../columns/types.js';
import type { PlainValue } from '../define.js';
import { AggregateArgumentError } from '../errors.js';
import { decodePlain, encodePlain } from './plainData.js';

type Values = readonly (number | string | boolean)[];

/** A user's functions, compiled. */
export interface DefinedFunctions {
  readonly name: string;
  readonly returns: DataType['kind'];
  readonly init: () => unknown;
  readonly add: (state: unknown, ...values: Values) => unknown;
  readonly retract: ((state: unknown, ...values: Values) => unknown) | null;
  readonly merge: ((state: unknown, other: unknown) => unknown) | null;
  readonly value: (state: unknown) => unknown;
}

/** One group's state of an aggregate of the user's. */
export class DefinedState {
  #state: unknown;

  constructor(readonly functions: DefinedFunctions) {
    this.#state = functions.init();
  }

  add(...values: Values): void {
    try {
      this.#take(this.functions.add(this.#state, ...values));
    } catch (error) {
      throw this.#failure('add', error);
    }
  }

  retract(...values: Values): void {
    try {
      this.#take(this.functions.retract?.(this.#state, ...values));
    } catch (error) {
      throw this.#failure('retract', error);
    }
  }

  /** The other state is copied first: the user's function may keep parts of it. */
  merge(other: DefinedState): void {
    const { name, merge } = this.functions;
    const copy = decodePlain(encodePlain(name, other.#state));
    try {
      this.#take(merge?.(this.#state, copy));
    } catch (error) {
      throw this.#failure('merge', error);
    }
  }

  /** A function that gives nothing has changed the state in place. */
  #take(next: unknown): void {
    if (next !== undefined) this.#state = next;
  }

  /** The result, of the declared type; null for none. */
  value(): number | bigint | string | boolean | null {
    const { name, returns, value } = this.functions;
    let result: unknown;
    try {
      result = value(this.#state) ?? null;
    } catch (error) {
      throw this.#failure('value', error);
    }
    if (result === null || fits(result, returns)) return result as number | bigint | string | boolean | null;
    throw new AggregateArgumentError(
      'MR3142',
      `value() of defineAggregate('${name}') gave ${describe(result)} where it declares ${returns}.`,
      `Give a value of that type, or null; or declare another type as \`returns\`.`,
    );
  }

  #failure(part: string, error: unknown): AggregateArgumentError {
    const text = error instanceof Error ? error.message : String(error);
    return new AggregateArgumentError(
      'MR3144',
      `${part}() of defineAggregate('${this.functions.name}') failed: ${text}`,
      'Try the function on a few values in a cell of its own.',
    );
  }

  encode(): PlainValue {
    return encodePlain(this.functions.name, this.#state);
  }

  static decode(functions: DefinedFunctions, plain: PlainValue): DefinedState {
    const state = new DefinedState(functions);
    state.#state = decodePlain(plain);
    return state;
  }
}

function fits(result: unknown, returns: DataType['kind']): boolean {
  switch (returns) {
    case 'boolean':
    case 'string':
      return typeof result === returns;
    case 'int32':
      return Number.isInteger(result) && (result as number) === ((result as number) | 0);
    case 'int64':
      return typeof result === 'bigint' ? BigInt.asIntN(64, result) === result : Number.isSafeInteger(result);
    default:
      return typeof result === 'number';
  }
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value)}`;
}
