import { PROTOCOL_VERSION, type InputMessage, type InputOpen, type InputRequest } from '@millrace/protocol';
import type { ParameterRegistry } from './hostParameters.js';
import type { Recompute } from './hostRecompute.js';

/** Controls of one session at most: each is a comm of some output. */
const MOST_CONTROLS = 1000;

type Send = (message: InputMessage) => void;

interface Control {
  readonly name: string;
  readonly send: Send;
  last: string;
}

/** The controls of a session's inputs in front ends: any number of one input, which show the same value. */
export class InputControls {
  readonly #controls = new Set<Control>();

  constructor(
    readonly parameters: ParameterRegistry,
    readonly recompute: Pick<Recompute, 'computing'>,
  ) {}

  /** Connects a control. Whatever it sends is checked: what cannot be taken is counted and answered. */
  attach(open: InputOpen, send: Send): { receive(request: InputRequest): void; close(): void } {
    const { v, name } = (open ?? {}) as Partial<InputOpen>;
    const control = { name: String(name), send, last: '' };
    const refusal = this.#refusal(v, name);
    if (refusal !== null) {
      this.parameters.refused++;
      send({ type: 'bye', reason: refusal });
      return { receive: () => undefined, close: () => undefined };
    }
    this.#controls.add(control);
    this.#tell(control);
    return {
      receive: request => this.#receive(control, request),
      close: () => {
        this.#controls.delete(control);
      },
    };
  }

  /** Tells every control what it does not know yet. */
  notify(): void {
    for (const control of [...this.#controls]) this.#tell(control);
  }

  #refusal(v: unknown, name: unknown): string | null {
    if (v !== PROTOCOL_VERSION)
      return `The kernel speaks version ${PROTOCOL_VERSION} of inputs: install matching versions.`;
    if (typeof name !== 'string' || this.parameters.get(name) === null)
      return 'The kernel does not know this input: run its cell again.';
    return this.#controls.size >= MOST_CONTROLS ? 'Too many controls are open.' : null;
  }

  #receive(control: Control, request: unknown): void {
    const { type, value } = (typeof request === 'object' && request !== null ? request : {}) as Partial<
      Record<keyof InputRequest, unknown>
    >;
    if (type !== 'set') {
      this.parameters.refused++;
      control.send({ type: 'error', message: 'A control of an input sends its value, and nothing else.' });
      return;
    }
    try {
      this.parameters.set(control.name, value);
    } catch (error) {
      control.send({ type: 'error', message: error instanceof Error ? error.message : String(error) });
      // What it shows is not what is held.
      control.last = '';
      this.#tell(control);
    }
  }

  #tell(control: Control): void {
    const state = this.parameters.get(control.name);
    if (state === null) {
      this.#controls.delete(control);
      control.send({ type: 'bye', reason: 'The input is gone: its cell was run again without it.' });
      return;
    }
    const { spec, value } = state;
    const message: InputMessage = { type: 'state', spec, value, computing: this.recompute.computing };
    const text = JSON.stringify(message);
    if (text === control.last) return;
    control.last = text;
    control.send(message);
  }
}
