import {
  readSelected,
  type ChartSelection,
  type Chosen,
  type Selected,
  type SelectionField,
} from '@millrace/protocol';
import { element, setText } from '../dom.js';

let made = 0;

/** Beneath a chart: what is selected, in fields that can be written into, and a button that clears it. Keys do all that a pointer does. */
export class SelectionForm {
  readonly node = element('details', 'millrace-Selection');
  private readonly summary = element('summary', 'millrace-Selection-summary');
  private readonly note = element('span', 'millrace-Selection-note');
  private readonly inputs: readonly (readonly HTMLInputElement[])[];
  private readonly clear = element('button', 'millrace-Selection-clear', 'Clear');

  constructor(
    private readonly selection: ChartSelection,
    private readonly set: (selected: Selected) => void,
  ) {
    const { fields, mode } = selection.spec;
    this.inputs = fields.map(field => inputsOf(field, mode === 'interval'));
    this.note.setAttribute('role', 'status');
    this.clear.type = 'button';
    this.clear.addEventListener('click', () => this.set([]));
    const rows = fields.map((field, at) => this.rowOf(field, this.inputs[at]));
    this.node.append(
      this.summary,
      element('div', 'millrace-Selection-fields', ...rows, this.clear, this.note),
    );
    // Keys are the fields': in a notebook arrows would select cells and letters would cut them.
    this.node.dataset.lmSuppressShortcuts = 'true';
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.set([]);
      if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    });
  }

  show(selected: Selected): void {
    const { param, spec } = this.selection;
    const texts = spec.fields.map((field, at) => {
      const values = spec.mode === 'interval' ? (selected.at(at) ?? []) : selected.map(point => point[at]);
      this.inputs[at].forEach((input, index) => {
        if (input.ownerDocument.activeElement !== input)
          input.value = written(field, values, index, this.inputs[at].length);
      });
      return `${field.column} ${values.map(value => shown(field, value)).join(isRange(field, this.inputs[at]) ? ' to ' : ', ')}`;
    });
    setText(this.summary, selected.length === 0 ? `${param}: all rows` : `${param}: ${texts.join(', ')}`);
    this.clear.disabled = selected.length === 0;
    setText(this.note, '');
  }

  setLive(live: boolean, reason: string | null): void {
    for (const input of this.inputs.flat()) input.disabled = !live;
    this.node.title = live ? '' : (reason ?? '');
  }

  say(message: string): void {
    setText(this.note, message);
  }

  private rowOf(field: SelectionField, inputs: readonly HTMLInputElement[]): HTMLElement {
    const row = element('div', 'millrace-Selection-field');
    inputs.forEach((input, index) => {
      const label = element(
        'label',
        '',
        `${field.column}${inputs.length === 1 ? '' : index === 0 ? ' from' : ' to'}`,
      );
      input.id = `millrace-selection-${++made}`;
      label.htmlFor = input.id;
      input.addEventListener('change', () => this.changed());
      row.append(label, input);
    });
    return row;
  }

  /** What is written is selected once all fields hold something. */
  private changed(): void {
    const { spec } = this.selection;
    const lists = spec.fields.map((field, at) => valuesOf(field, this.inputs[at]));
    if (lists.every(values => values.length === 0)) {
      this.set([]);
      return;
    }
    const rows =
      spec.mode === 'interval'
        ? lists
        : Array.from({ length: Math.max(...lists.map(values => values.length)) }, (_, at) =>
            lists.map(values => values[Math.min(at, values.length - 1)]),
          );
    const selected = readSelected(spec, JSON.stringify(rows));
    if (selected === null) setText(this.note, 'Both ends of each range, or values with commas between them.');
    else this.set(selected);
  }
}

function isRange(field: SelectionField, inputs: readonly HTMLInputElement[]): boolean {
  return field.way === 'range' && inputs.length === 2;
}

function inputsOf(field: SelectionField, isInterval: boolean): HTMLInputElement[] {
  const isEnds = isInterval && field.way === 'range';
  return Array.from({ length: isEnds ? 2 : 1 }, () => {
    const input = element('input', 'millrace-Selection-input');
    input.type = !isEnds ? 'text' : field.kind === 'time' ? 'datetime-local' : 'number';
    input.step = 'any';
    if (isEnds && field.kind === 'time') input.step = '0.001';
    return input;
  });
}

function valuesOf({ kind }: SelectionField, inputs: readonly HTMLInputElement[]): (Chosen | null)[] {
  const texts = inputs.length === 2 ? inputs.map(input => input.value) : inputs[0].value.split(',');
  return texts
    .map(text => text.trim())
    .filter(text => text !== '')
    .map(text => {
      if (kind === 'text') return text;
      const value = kind === 'time' ? Date.parse(/Z$/i.test(text) ? text : `${text}Z`) * 1000 : Number(text);
      return Number.isFinite(value) ? value : null;
    });
}

function written(field: SelectionField, values: readonly Chosen[], index: number, inputs: number): string {
  if (values.length === 0) return '';
  const text = (value: Chosen): string => (field.kind === 'time' ? timeText(value) : String(value));
  return inputs === 2 ? text(values[index]) : values.map(text).join(', ');
}

function shown(field: SelectionField, value: Chosen): string {
  if (field.kind === 'time') return timeText(value).replace('T', ' ');
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}

/** To the millisecond, UTC. */
function timeText(us: Chosen): string {
  const date = new Date(Number(us) / 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 23);
}
