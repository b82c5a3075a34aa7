import type { InputSpec, InputValue } from '@millrace/protocol';
import { inputLiterals } from '../plan/inputLiteral.js';
import type { ParameterLiteral, ParameterValues } from '../plan/parameters.js';
import { ask } from './ask.js';
import { currentRun, existingLink, onLink } from './client.js';
import type { HostLink } from './protocol.js';

interface Listener {
  readonly listen: (value: InputValue) => void;
  readonly run: { isOver(): boolean };
}

/** An input as this side of the session knows it. */
export interface ClientInput {
  readonly name: string;
  readonly spec: InputSpec;
  readonly owner: string | null;
  value: InputValue;
  /** Values on their way: what is told meanwhile is older. */
  sending: number;
  readonly listeners: Set<Listener>;
}

/** What the host has told of inputs that nobody has made here: of a process before this one. */
const told = new Map<string, { readonly spec: string; readonly value: InputValue }>();
const TOLD_AT_MOST = 1000;
const inputs = new Map<string, ClientInput>();

onLink(link => {
  told.clear();
  link.onEvent(event => {
    if (event.type !== 'input') return;
    note(event.name, JSON.stringify(event.spec), event.value);
  });
  for (const input of inputs.values()) declare(link, input);
});

/** The host answers with an event as well, which stands in the order of all that it tells. */
function declare(link: HostLink, { name, spec, owner }: ClientInput): void {
  // Where it cannot be made, whoever gives it a value is told that it is not there.
  link.request({ type: 'input', name, spec, owner }).catch(() => undefined);
}

function note(name: string, spec: string, value: InputValue): void {
  told.delete(name);
  told.set(name, { spec, value });
  if (told.size > TOLD_AT_MOST) told.delete(told.keys().next().value as string);
  const input = inputs.get(name);
  if (input !== undefined && input.sending === 0 && JSON.stringify(input.spec) === spec) hold(input, value);
}

function hold(input: ClientInput, value: InputValue): void {
  if (Object.is(input.value, value)) return;
  input.value = value;
  for (const listener of [...input.listeners]) {
    // A cell that is run again listens anew.
    if (listener.run.isOver()) input.listeners.delete(listener);
    else listener.listen(value);
  }
}

/** Whether an input of this name is known to the session. */
export function isInputName(name: string): boolean {
  return inputs.has(name) || told.has(name);
}

/** Makes an input known on both sides. One of the same name that takes the same is the same one, with what it holds. */
export function makeInput(name: string, spec: InputSpec, owner: string | null): ClientInput {
  const text = JSON.stringify(spec);
  const known = inputs.get(name);
  const before = told.get(name);
  const isSame = known !== undefined && JSON.stringify(known.spec) === text;
  const value = isSame ? known.value : before?.spec === text ? before.value : spec.value;
  const listeners = isSame ? known.listeners : new Set<Listener>();
  const input: ClientInput = { name, spec, owner, value, sending: 0, listeners };
  inputs.delete(name);
  inputs.set(name, input);
  if (inputs.size > TOLD_AT_MOST) inputs.delete(inputs.keys().next().value as string);
  const link = existingLink();
  if (link !== null) declare(link, input);
  return input;
}

/** Gives an input a value that it takes. Resolves when everything that is looked at has it. */
export async function setInput(made: ClientInput, value: InputValue): Promise<void> {
  const input = inputs.get(made.name) ?? made;
  hold(input, value);
  input.sending++;
  try {
    await ask({ type: 'inputSet', name: input.name, value });
  } finally {
    input.sending--;
    const last = told.get(input.name);
    if (input.sending === 0 && last?.spec === JSON.stringify(input.spec)) hold(input, last.value);
  }
  await ask({ type: 'inputsSettled' });
}

/** What an input holds, as last told: of whichever made it last. */
export function inputValue(made: ClientInput): InputValue {
  return (inputs.get(made.name) ?? made).value;
}

/** Calls back with each new value, until the returned function is called or the cell that listens is run again. */
export function listenToInput(made: ClientInput, listen: (value: InputValue) => void): () => void {
  const { listeners } = inputs.get(made.name) ?? made;
  const listener = { listen, run: currentRun() };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The values of inputs as literals of plans. */
export function parameterValues(): ParameterValues {
  const literals = Array.from(inputs.values(), ({ name, spec, value }) => inputLiterals(name, spec, value));
  return new Map(literals.flat().map((literal): [string, ParameterLiteral] => [literal.parameter, literal]));
}
