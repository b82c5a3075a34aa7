import type { InputSpec, InputValue } from '@millrace/protocol';
import { element } from '../dom.js';

/** The element that one kind of input is moved by. */
export interface ValueControl {
  readonly node: HTMLInputElement | HTMLSelectElement;
  /** The event after which its value counts: each movement, or what has been written to its end. */
  readonly event: 'input' | 'change';
  /** What it stands at; null where that is no value. */
  read(): InputValue | null;
  show(value: InputValue): void;
}

/** The native control of an input. */
export function controlOf(spec: InputSpec): ValueControl {
  switch (spec.kind) {
    case 'range':
      return rangeOf(spec);
    case 'select':
      return selectOf(spec);
    case 'toggle': {
      const node = inputOf('checkbox');
      return {
        node,
        event: 'input',
        read: () => node.checked,
        show: value => (node.checked = value === true),
      };
    }
    case 'text': {
      const node = inputOf('text');
      node.maxLength = spec.maxLength;
      node.spellcheck = false;
      return { node, event: 'change', read: () => node.value, show: value => (node.value = String(value)) };
    }
    case 'date':
      return dateOf(spec);
    case 'selection': {
      // It is made in its chart.
      const node = inputOf('text');
      node.readOnly = true;
      return { node, event: 'change', read: () => node.value, show: value => (node.value = String(value)) };
    }
  }
}

function inputOf(type: string): HTMLInputElement {
  const node = element('input', 'millrace-Input-control');
  node.type = type;
  return node;
}

/** Stops of a slider without steps. */
const STOPS = 1000;

function rangeOf({ min, max, step }: Extract<InputSpec, { kind: 'range' }>): ValueControl {
  const node = inputOf('range');
  node.min = String(min);
  node.max = String(max);
  // Without steps a key would not move it far enough to be seen, and `any` by a hundredth part only in some browsers.
  node.step = step === null ? String((max - min) / STOPS || 1) : String(step);
  return {
    node,
    event: 'input',
    read: () => (node.value === '' ? null : Math.min(max, Math.max(min, node.valueAsNumber))),
    show: value => (node.value = String(value)),
  };
}

function selectOf({ choices }: Extract<InputSpec, { kind: 'select' }>): ValueControl {
  const node = element('select', 'millrace-Input-control');
  for (const [at, { label }] of choices.entries()) {
    const option = element('option', '', label);
    option.value = String(at);
    node.append(option);
  }
  return {
    node,
    event: 'input',
    read: () => choices.at(node.selectedIndex)?.value ?? null,
    show: value => (node.selectedIndex = choices.findIndex(choice => choice.value === value)),
  };
}

function dateOf({ min, max }: Extract<InputSpec, { kind: 'date' }>): ValueControl {
  const node = inputOf('datetime-local');
  if (min !== null) node.min = localText(min);
  if (max !== null) node.max = localText(max);
  node.step = '1';
  return {
    node,
    event: 'change',
    read: () => {
      const milliseconds = node.value === '' ? NaN : Date.parse(`${node.value}Z`);
      return Number.isNaN(milliseconds) ? null : milliseconds * 1000;
    },
    show: value => (node.value = localText(Number(value))),
  };
}

/** A time as the control has it: UTC is what stands there, whatever the reader's zone. */
function localText(us: number): string {
  const date = new Date(Math.floor(us / 1000));
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, us % 1e6 === 0 ? 19 : 23);
}
