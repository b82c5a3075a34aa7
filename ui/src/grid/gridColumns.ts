import type { GridColumn, ViewColumn } from '@millrace/protocol';
import type { Row } from '../model/rows.js';
import { ColumnFormat, type ColumnStyle } from './columnFormat.js';
import { readColumns, savedStyle, styleOf } from './savedColumns.js';

/** Columns drawn at most: more cells than this make every frame slow, and nobody reads them side by side. */
const MOST_COLUMNS = 80;
const LEAST_WIDTH = 32;
const MOST_WIDTH = 1200;

/**
 * The columns of a grid as its reader has arranged them: their order, which of them are hidden, how wide they are and how their values are
 * written. It lasts as long as the view, by the columns' names, and is saved with it.
 */
export class GridColumns {
  /** Those that are shown, from left to right. */
  shown: readonly ColumnFormat[] = [];
  private all: readonly ColumnFormat[] = [];
  private ownZone: string | null = null;
  private order: string[] = [];
  private readonly hidden = new Set<string>();
  /** Widths that the reader has set, in pixels. */
  private readonly widths = new Map<string, number>();
  /** Those of the notebook that have not been seen in the table yet, by name. */
  private readonly restored: Map<string, GridColumn>;

  /** @param saved what the notebook says of them, whoever has written it */
  constructor(saved?: unknown) {
    this.restored = readColumns(saved);
    for (const [name, { hidden = false, width = null }] of this.restored) {
      this.order.push(name);
      if (hidden) this.hidden.add(name);
      this.resize(name, width);
    }
  }

  /** The zone of times in columns for which the reader has chosen none; null: UTC. */
  set zone(zone: string | null) {
    for (const { style } of this.all) {
      if (style.zone === undefined ? this.ownZone !== null : style.zone !== this.ownZone) continue;
      if (zone === null) delete style.zone;
      else style.zone = zone;
    }
    this.ownZone = zone;
  }

  /** Takes the columns of the table, keeping what was set for those of the same names. */
  set(columns: readonly ViewColumn[]): void {
    // They are not known yet: what is to be set of them waits.
    if (columns.length === 0) return;
    const before = new Map(this.all.map(format => [format.column.name, format]));
    this.all = columns.map((column, index) => {
      const known = before.get(column.name);
      return new ColumnFormat(
        column,
        index,
        known?.column.type === column.type ? known.style : this.firstStyle(column.name),
      );
    });
    this.restored.clear();
    const names = columns.map(({ name }) => name);
    const kept = this.order.filter(name => names.includes(name));
    this.order = [...kept, ...names.filter(name => !kept.includes(name))];
    const hidden = names.filter(name => this.hidden.has(name));
    this.hidden.clear();
    if (hidden.length < names.length) for (const name of hidden) this.hidden.add(name);
    this.arrange();
  }

  /** What is to be saved of them; null where nothing is arranged. */
  get saved(): readonly GridColumn[] | null {
    if (this.all.length === 0) return this.restored.size === 0 ? null : [...this.restored.values()];
    const columns = this.ordered.map(({ column: { name }, style }): GridColumn => {
      const width = this.widths.get(name);
      return {
        name,
        ...(this.hidden.has(name) && { hidden: true }),
        ...(width !== undefined && { width }),
        ...savedStyle(style, this.ownZone),
      };
    });
    const isArranged = columns.some(
      (column, at) => column.name !== this.all[at].column.name || Object.keys(column).length > 1,
    );
    return isArranged ? columns : null;
  }

  /** Every column, in the reader's order. */
  get ordered(): readonly ColumnFormat[] {
    const byName = new Map(this.all.map(format => [format.column.name, format]));
    return this.order.flatMap(name => byName.get(name) ?? []);
  }

  /** How many columns are not drawn since there are too many. */
  get left(): number {
    return this.order.length - this.hidden.size - this.shown.length;
  }

  isHidden(name: string): boolean {
    return this.hidden.has(name);
  }

  /** Hides a column, or shows it again; the last one stays. @returns whether anything changed. */
  hide(name: string, hidden: boolean): boolean {
    if (hidden === this.hidden.has(name) || (hidden && this.order.length - this.hidden.size <= 1))
      return false;
    if (hidden) this.hidden.add(name);
    else this.hidden.delete(name);
    this.arrange();
    return true;
  }

  showAll(): void {
    this.hidden.clear();
    this.arrange();
  }

  /** Puts the shown column at one place to another place. @returns whether anything changed. */
  move(from: number, to: number): boolean {
    if (from === to || to < 0 || to >= this.shown.length || from < 0 || from >= this.shown.length)
      return false;
    const { name } = this.shown[from].column;
    const target = this.shown[to].column.name;
    this.order.splice(this.order.indexOf(name), 1);
    this.order.splice(this.order.indexOf(target) + Number(to > from), 0, name);
    this.arrange();
    return true;
  }

  /** The width that the reader has set, in pixels; null: as its values need. */
  widthOf(name: string): number | null {
    return this.widths.get(name) ?? null;
  }

  /** Sets a width in pixels; null: as its values need. */
  resize(name: string, pixels: number | null): void {
    if (pixels === null || !Number.isFinite(pixels)) this.widths.delete(name);
    else this.widths.set(name, Math.round(Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, pixels))));
  }

  /** The widths as CSS has them. */
  cssWidths(): string[] {
    return this.shown.map(({ column, width }) => {
      const own = this.widths.get(column.name);
      return own === undefined ? `calc(${width * 0.95}ch + 20px)` : `${own}px`;
    });
  }

  /** Takes a row's values into account. @returns whether values must be written anew. */
  learn({ values }: Row): boolean {
    let changed = false;
    for (const format of this.shown) if (format.learn(values[format.index] ?? null)) changed = true;
    return changed;
  }

  private firstStyle(name: string): ColumnStyle {
    return styleOf(this.restored.get(name) ?? { name }, this.ownZone);
  }

  private arrange(): void {
    this.shown = this.ordered.filter(({ column }) => !this.hidden.has(column.name)).slice(0, MOST_COLUMNS);
  }
}
