import type { SelectionField, SelectionMode } from './selection.js';

/** The value of an input as it crosses: of a date, whole microseconds since 1970 UTC. */
export type InputValue = number | string | boolean;

/** One of the choices of a `select`, and how it reads. */
export interface InputChoice {
  readonly label: string;
  readonly value: InputValue;
}

/** What an input is, as plain data: what it takes, and where it begins. */
export type InputSpec = InputOf & {
  /** How it is called where it is shown; null: by its name. */
  readonly label: string | null;
};

type InputOf =
  | {
      readonly kind: 'range';
      readonly min: number;
      readonly max: number;
      /** Values are `min` and so many steps; null: any number between. */
      readonly step: number | null;
      /** Whether it gives whole numbers, and not float64. */
      readonly whole: boolean;
      readonly value: number;
    }
  | { readonly kind: 'select'; readonly choices: readonly InputChoice[]; readonly value: InputValue }
  | { readonly kind: 'toggle'; readonly value: boolean }
  | { readonly kind: 'text'; readonly maxLength: number; readonly value: string }
  /** Microseconds since 1970 UTC. */
  | {
      readonly kind: 'date';
      readonly min: number | null;
      readonly max: number | null;
      readonly value: number;
    }
  /** What is selected in a chart: the JSON of a `Selected`, or nothing. */
  | {
      readonly kind: 'selection';
      readonly mode: SelectionMode;
      readonly fields: readonly SelectionField[];
      readonly value: string;
    };

/** The data of `INPUT_MIME`: enough to draw the saved state with no kernel, and to ask the kernel for the live one. */
export interface InputOutput {
  readonly v: number;
  /** The plan parameter. */
  readonly name: string;
  readonly spec: InputSpec;
  /** When the output was made, or saved. */
  readonly value: InputValue;
}

/** Front end to kernel, as the `data` of `comm_open` on `INPUT_TARGET`. */
export interface InputOpen {
  readonly v: number;
  readonly name: string;
}

/** Front end to kernel: a value that was chosen. It is checked again there. */
export interface InputRequest {
  readonly type: 'set';
  readonly value: InputValue;
}

/** Kernel to front end on `INPUT_TARGET`. */
export type InputMessage =
  /** What the input is and holds: at once, and at every change, whoever made it. `computing`: tables go over to the value. */
  | {
      readonly type: 'state';
      readonly spec: InputSpec;
      readonly value: InputValue;
      readonly computing: boolean;
    }
  /** A value was not taken; the input holds what it held. */
  | { readonly type: 'error'; readonly message: string }
  /** The kernel does not know the input. What is shown stays, and moves nothing. */
  | { readonly type: 'bye'; readonly reason: string };
