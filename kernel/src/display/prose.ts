import { randomUUID } from 'node:crypto';
import {
  emptyText,
  inputText,
  markdownText,
  PROSE_MIME,
  proseText,
  PROTOCOL_VERSION,
  type ProseOutput,
  type ProsePart,
} from '@millrace/protocol';
import type { DisplayedPart } from 'millrace';
import { MillraceError, typeName } from 'millrace/session';
import type { HostLink } from 'millrace/session';
import type { DisplayData } from '../runner/contract.js';
import { valueBundle } from './values.js';
import { viewRows } from './viewRows.js';

/** Gives a part as it is now. */
type Present = () => Promise<ProsePart>;

/** A text that an output shows, and where the present values of its parts come from. */
interface ShownProse {
  parts: readonly ProsePart[];
  readonly now: readonly Present[];
}

/** The texts with live values that a notebook's outputs show. */
export class Proses {
  readonly #link: HostLink;
  readonly #shown = new Map<string, ShownProse>();

  constructor(link: HostLink) {
    this.#link = link;
  }

  /** Registers a view for each value that is a table's, and makes the first bundle. */
  async show(parts: readonly DisplayedPart[], owner: string | null, displayId: string): Promise<DisplayData> {
    const now: Present[] = [];
    for (const part of parts) now.push(await this.#begin(part, owner));
    const shown = { parts: await Promise.all(now.map(each => each())), now };
    this.#shown.set(displayId, shown);
    return { data: bundle(shown.parts), metadata: {}, displayId };
  }

  /** An output shows something else now. */
  forget(displayId: string): void {
    this.#shown.delete(displayId);
  }

  /** Waits for finite replays to end, then gives the bundles of the texts whose values have changed. */
  async settle(): Promise<DisplayData[]> {
    if (this.#shown.size === 0) return [];
    const { mode } = await this.#link.request({ type: 'clock', command: { type: 'state' } });
    // At the end of the replays, too, a query that has just begun still reads.
    if (mode === 'max' || mode === 'playing' || mode === 'ended')
      await this.#link.request({ type: 'until', time: 'end' });
    const changed: DisplayData[] = [];
    for (const [displayId, shown] of this.#shown) {
      // A text whose cell was run again is gone: what it said stays.
      const parts = await Promise.all(shown.now.map(each => each())).catch(() => null);
      if (parts === null) this.#shown.delete(displayId);
      else if (JSON.stringify(parts) !== JSON.stringify(shown.parts)) {
        shown.parts = parts;
        changed.push({ data: bundle(parts), metadata: {}, displayId });
      }
    }
    return changed;
  }

  async #begin(part: DisplayedPart, owner: string | null): Promise<Present> {
    switch (part.kind) {
      case 'markdown':
        return () => Promise.resolve(part);
      case 'value': {
        const text = textOf(await part.value);
        return () => Promise.resolve({ kind: 'text', text });
      }
      case 'input':
        return () => {
          const { name, spec, value } = part.shown();
          return Promise.resolve({ kind: 'input', name, spec, text: inputText(spec, value) });
        };
      case 'table':
        return this.#beginView(part, owner);
    }
  }

  async #beginView(
    { plan, empty }: Extract<DisplayedPart, { kind: 'table' }>,
    owner: string | null,
  ): Promise<Present> {
    const viewId = randomUUID();
    const view = { kind: 'grid' as const, title: null };
    const { bound } = await this.#link.request({ type: 'view', viewId, plan, owner, view });
    if (bound.fields.length !== 1) {
      const names = bound.fields.map(field => `'${field.name}'`).slice(0, 5);
      throw new MillraceError(
        'MR4160',
        `a value in md is a table of one column, and this one has ${bound.fields.length}: ${names.join(', ')}.`,
        "Take one: md`… ${t.select('price')} …`, or a single value: ${t.max('price')}.",
      );
    }
    const [{ name, type, nullable }] = bound.fields;
    const column = { name, type: typeName(type), nullable };
    return async () => {
      const { arrow, status } = await this.#link.request({ type: 'viewSnapshot', viewId, limit: 1 });
      const rows = viewRows(arrow, [column]);
      const text =
        rows.count === 0 ? emptyText(empty, status) : proseText(rows.at(0, rows.count - 1), column.type);
      return { kind: 'view', viewId, column, empty, text };
    };
  }
}

function bundle(parts: readonly ProsePart[]): Record<string, unknown> {
  const output: ProseOutput = { v: PROTOCOL_VERSION, parts };
  const markdown = parts.map(part => (part.kind === 'markdown' ? part.text : markdownText(part.text)));
  return {
    [PROSE_MIME]: output,
    'text/markdown': markdown.join(''),
    'text/plain': parts.map(part => part.text).join(''),
  };
}

/** A value that does not change, as it stands in a sentence. */
function textOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean') return proseText(value, 'string');
  if (typeof value === 'number') return proseText(value, Number.isInteger(value) ? 'int64' : 'float64');
  if (typeof value === 'bigint') return proseText(value, 'int64');
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return proseText(value.getTime(), "timestamp('ms')");
  if (Object.prototype.toString.call(value) === '[object Temporal.Instant]')
    return proseText((value as { epochNanoseconds: bigint }).epochNanoseconds, "timestamp('ns')");
  return proseText(String(valueBundle(value)['text/plain']), 'string');
}
