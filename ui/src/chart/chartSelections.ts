import {
  PROTOCOL_VERSION,
  readSelected,
  selectedText,
  type ChartSelection,
  type Chosen,
  type InputMessage,
  type InputValue,
  type Selected,
  type VegaLiteSpec,
} from '@millrace/protocol';
import type { View } from 'vega';
import { element } from '../dom.js';
import type { InputChannel } from '../model/channel.js';
import { withSelections, type SelectedByParam } from './selectionSpec.js';
import { SelectionForm } from './selectionForm.js';

/** A selection is told at most so often, in milliseconds, and not while the kernel computes an earlier one, up to the longer time. */
const TOLD_MS = 80;
const COMPUTING_MS = 1000;
/** What the kernel says is not shown on a selection that was moved so many milliseconds ago. */
const OWN_MS = 600;

interface Bound {
  readonly selection: ChartSelection;
  readonly channel: InputChannel | null;
  readonly form: SelectionForm;
  selected: Selected;
  told: string;
  movedMs: number;
  toldMs: number;
  computing: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** How times of the chart's axes and of the session become each other. */
export interface AxisTime {
  /** Microseconds since 1970 UTC of milliseconds along an axis. */
  toUs(ms: number): number;
  toMs(us: number): number;
}

/**
 * The selections of a chart that are inputs of the session: what is dragged or clicked is told to the kernel, and what the kernel says (another view of the same
 * chart, a cell) is shown. Beneath the chart a form sets and clears each by keys.
 */
export class ChartSelections {
  readonly node = element('div', 'millrace-Selections');
  private readonly bound: readonly Bound[];
  private changed: () => void = () => undefined;
  private disposed = false;

  constructor(
    selections: readonly ChartSelection[],
    channelOf: (selection: ChartSelection) => InputChannel | null,
    private readonly time: AxisTime,
  ) {
    this.bound = selections.map(selection => this.bind(selection, channelOf(selection)));
    this.node.append(...this.bound.map(({ form }) => form.node));
  }

  /** Calls back where something else is selected than in the view. */
  onChange(listener: () => void): void {
    this.changed = listener;
  }

  /** A spec that begins with what is selected. */
  begin(spec: VegaLiteSpec): VegaLiteSpec {
    const selected: SelectedByParam = new Map(
      this.bound.map(({ selection, selected }) => [selection.param, { selection, selected }]),
    );
    return withSelections(spec, selected, us => this.time.toMs(us));
  }

  /** What is selected, as it is saved. */
  get saved(): ChartSelection[] {
    return this.bound.map(({ selection, selected }) => ({ ...selection, value: selectedText(selected) }));
  }

  /** Follows what is selected in a view, which begins with what is selected now. */
  attach(view: View): void {
    for (const bound of this.bound) {
      try {
        view.addDataListener(`${bound.selection.param}_store`, (_name, tuples) => {
          this.moved(bound, this.read(bound.selection, tuples as unknown[]));
        });
      } catch {
        // The spec was saved with another one's selections.
      }
    }
  }

  /** Selects nothing. @returns false where nothing was selected */
  clear(): boolean {
    const selected = this.bound.filter(({ selected }) => selected.length > 0);
    for (const bound of selected) this.set(bound, []);
    return selected.length > 0;
  }

  dispose(): void {
    this.disposed = true;
    for (const { channel, timer } of this.bound) {
      clearTimeout(timer);
      channel?.close();
    }
  }

  private bind(selection: ChartSelection, channel: InputChannel | null): Bound {
    const selected = readSelected(selection.spec, selection.value) ?? [];
    const form: SelectionForm = new SelectionForm(selection, value => this.set(bound, value));
    const bound: Bound = {
      ...{ selection, channel, form, selected, told: selectedText(selected) },
      ...{ movedMs: -Infinity, toldMs: -Infinity, computing: false, timer: undefined },
    };
    form.show(selected);
    channel?.onMessage(message => this.receive(bound, message));
    channel?.onState(state => {
      if (state.kind === 'ready') channel.open({ v: PROTOCOL_VERSION, name: selection.input });
      form.setLive(state.kind === 'open' || state.kind === 'ready', state.reason);
    });
    form.setLive(channel !== null && channel.state.kind !== 'unavailable', channel?.state.reason ?? null);
    return bound;
  }

  /** From the form or a key: the view is to show it as well. */
  private set(bound: Bound, selected: Selected): void {
    this.moved(bound, selected);
    this.changed();
  }

  private moved(bound: Bound, selected: Selected): void {
    if (selectedText(selected) === selectedText(bound.selected)) return;
    bound.selected = selected;
    bound.movedMs = performance.now();
    bound.form.show(selected);
    this.tell(bound);
  }

  /** Tells the kernel the newest value, once the last one has been computed or has taken long. */
  private tell(bound: Bound): void {
    if (bound.timer !== undefined || this.disposed) return;
    const passed = performance.now() - bound.toldMs;
    const wait = (bound.computing ? COMPUTING_MS : TOLD_MS) - passed;
    if (wait > 0) {
      bound.timer = setTimeout(() => {
        bound.timer = undefined;
        this.tell(bound);
      }, wait);
      return;
    }
    const text = selectedText(bound.selected);
    if (text === bound.told || bound.channel?.state.kind !== 'open') return;
    bound.told = text;
    bound.toldMs = performance.now();
    bound.channel.send({ type: 'set', value: text });
  }

  private receive(bound: Bound, message: InputMessage): void {
    if (this.disposed) return;
    switch (message.type) {
      case 'state':
        this.hold(bound, message.value, message.computing);
        return;
      case 'error':
      case 'bye':
        bound.form.say(message.type === 'bye' ? message.reason : message.message);
        return;
    }
  }

  private hold(bound: Bound, value: InputValue, computing: boolean): void {
    bound.computing = computing;
    if (!computing && bound.timer !== undefined) {
      clearTimeout(bound.timer);
      bound.timer = undefined;
    }
    const isOwn = performance.now() - bound.movedMs < OWN_MS || selectedText(bound.selected) !== bound.told;
    const selected = readSelected(bound.selection.spec, value);
    if (!isOwn && selected !== null && selectedText(selected) !== selectedText(bound.selected)) {
      bound.selected = selected;
      bound.told = selectedText(selected);
      bound.form.show(selected);
      this.changed();
    } else {
      this.tell(bound);
    }
  }

  /** What Vega holds of a selection, as the session has it; nothing where it is none that it takes. */
  private read({ spec }: ChartSelection, tuples: readonly unknown[]): Selected {
    const found: Chosen[][] = [];
    for (const tuple of tuples.slice(-MOST_TUPLES)) {
      const { fields, values } = tuple as {
        fields?: readonly { field?: unknown }[];
        values?: readonly unknown[];
      };
      if (!Array.isArray(fields) || !Array.isArray(values)) continue;
      const lists = spec.fields.map(({ column, kind }) => {
        const at = fields.findIndex(({ field }: { field?: unknown }) => plainName(field) === column);
        const value: unknown = at < 0 ? null : values[at];
        return (Array.isArray(value) ? value : [value]).map(each => this.chosen(kind, each));
      });
      if (spec.mode === 'interval') return readSelected(spec, JSON.stringify(lists)) ?? [];
      found.push(lists.map(([value]) => value as Chosen));
    }
    // NULL, and what is no value of its column, cannot be selected.
    const known = found.filter(point => readSelected(spec, JSON.stringify([point])) !== null);
    return readSelected(spec, JSON.stringify(known.slice(-MOST_TUPLES))) ?? [];
  }

  private chosen(kind: 'number' | 'time' | 'text', value: unknown): Chosen | null {
    if (value === null || value === undefined) return null;
    if (kind === 'time') return Math.round(this.time.toUs(Number(value)));
    // What was put behind names of every object (`toVegaValue`).
    return kind === 'number'
      ? Number(value)
      : String(value as string | number | boolean).replace(/\u200b$/, '');
  }
}

const MOST_TUPLES = 20;

function plainName(field: unknown): string | null {
  return typeof field === 'string' ? field.replace(/\\(.)/g, '$1') : null;
}
