import type { Row } from '../model/rows.js';
import type { ViewModel } from '../model/viewModel.js';
import { datumOfRow, type Datum } from './datum.js';

/** A row of one of a chart's tables, the first one being number 0. */
export interface MarkRow {
  readonly part: number;
  readonly row: Row;
}

/** What a mark is drawn of: one row; or none that is one, with how many it may be put together of, where that is known. */
export type DrawnOf = MarkRow | { readonly rows: number | null };

/** What is looked at of an item of Vega's scene. */
export interface SceneItem {
  readonly datum?: unknown;
  readonly x?: number;
  readonly y?: number;
  readonly mark?: {
    readonly marktype: string;
    readonly role?: string;
    readonly items: readonly SceneItem[];
    readonly group?: SceneItem;
  };
}

/** Marks of which one stands for many data: each of its items is one. */
const JOINED: ReadonlySet<string> = new Set(['line', 'area', 'trail']);

/** The datum that an item stands for, next to a point of the plot; null where it stands for none, as axes and titles do. */
export function datumOfItem(item: SceneItem | null | undefined, x: number, y: number): Datum | null {
  const mark = item?.mark;
  if (item == null || mark === undefined) return null;
  if ((mark.role ?? 'mark') !== 'mark' || mark.marktype === 'group') return null;
  if (!JOINED.has(mark.marktype)) return objectOf(item.datum);
  let [left, top] = [x, y];
  // Points lie within their groups.
  for (let { group } = mark; group !== undefined; group = group.mark?.group) {
    left -= group.x ?? 0;
    top -= group.y ?? 0;
  }
  let found: SceneItem = item;
  let least = Infinity;
  for (const each of mark.items) {
    const distance = ((each.x ?? 0) - left) ** 2 + ((each.y ?? 0) - top) ** 2;
    if (distance < least) [found, least] = [each, distance];
  }
  return objectOf(found.datum);
}

/**
 * The row that a datum is. A chart's own transforms make data that are none, but for those that leave one row of each.
 *
 * @param wall leads to the clock of the zone in which times are drawn
 */
export function rowOfDatum(datum: Datum, model: ViewModel, wall?: (ms: number) => number): DrawnOf {
  const models = [model, ...model.others];
  const found: MarkRow[] = [];
  const { __row: id } = datum;
  for (const [part, each] of models.entries()) {
    const shared = each.columns.filter(({ name }) => Object.hasOwn(datum, name));
    const isSame = (row: Row): boolean => {
      const own = datumOfRow(row, each.columns, wall);
      return shared.every(({ name }) => sameValue(own[name], datum[name]));
    };
    if (typeof id === 'number') {
      // Numbers are those of each table: which of several it is, its values say.
      const row = each.rows().find(row => row.id === id);
      if (row !== undefined && (models.length === 1 || isSame(row))) return { part, row };
    } else if (shared.length > 0) {
      for (const row of each.rows()) if (isSame(row)) found.push({ part, row });
    }
  }
  if (found.length === 1) return found[0];
  return { rows: found.length === 0 ? null : found.length };
}

function sameValue(own: unknown, value: unknown): boolean {
  return Object.is(own ?? null, value instanceof Date ? value.getTime() : (value ?? null));
}

function objectOf(datum: unknown): Datum | null {
  return typeof datum === 'object' && datum !== null ? (datum as Datum) : null;
}
