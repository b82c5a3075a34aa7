import type { ColumnFormat } from './columnFormat.js';
import type { GridArrangement } from './gridArrangement.js';
import type { GridColumns } from './gridColumns.js';
import type { MenuItem } from './menu.js';
import { MOST_DECIMALS } from './savedColumns.js';

const WIDTH_STEP = 24;
/** Zones that are offered beside UTC and the reader's own. */
const ZONES = ['America/New_York', 'Europe/London', 'Asia/Tokyo'];

/** What a column's menu does. */
export interface ColumnActions {
  /** Rows are wanted in another order. */
  arranged(): void;
  /** Columns have come, gone, moved, or are written otherwise. */
  rebuilt(): void;
  resized(): void;
  filter(column: string): void;
}

/** The menu of a column at a place: how rows are sorted by it, where it stands, and how its values are written. */
export function columnMenu(
  place: number,
  columns: GridColumns,
  arrangement: GridArrangement,
  isLive: boolean,
  actions: ColumnActions,
): MenuItem[] {
  const format = columns.shown[place];
  const { name } = format.column;
  const sorted = arrangement.order.find(({ column }) => column === name)?.descending ?? null;
  const sort = (label: string, descending: boolean | null): MenuItem => ({
    label,
    checked: sorted === descending,
    disabled: !isLive,
    run: () => {
      arrangement.sort(name, descending, arrangement.order.length > 1 || descending === null);
      actions.arranged();
    },
  });
  const move = (label: string, to: number): MenuItem => ({
    label,
    disabled: to < 0 || to >= columns.shown.length,
    run: () => {
      if (columns.move(place, to)) actions.rebuilt();
    },
  });
  const hide: MenuItem = {
    label: 'Hide',
    disabled: columns.shown.length < 2,
    run: () => {
      if (columns.hide(name, true)) actions.rebuilt();
    },
  };
  return [
    sort('Sort ascending', false),
    sort('Sort descending', true),
    sort('Do not sort', null),
    { label: 'Filter…', disabled: !isLive, run: () => actions.filter(name) },
    move('Move left', place - 1),
    move('Move right', place + 1),
    {
      label: 'Width by values',
      run: () => {
        columns.resize(name, null);
        actions.resized();
      },
    },
    hide,
    ...formatItems(format, actions),
  ];
}

/** Makes a column wider or narrower by a step, from the width that it has on the screen. */
export function widen(columns: GridColumns, place: number, now: number, steps: number): void {
  const { name } = columns.shown[place].column;
  columns.resize(name, (columns.widthOf(name) ?? now) + steps * WIDTH_STEP);
}

function formatItems(format: ColumnFormat, actions: ColumnActions): MenuItem[] {
  const { style, type } = format;
  const change = (label: string, apply: () => void, checked?: boolean, disabled = false): MenuItem => ({
    label,
    checked,
    disabled,
    run: () => {
      apply();
      format.restyled();
      actions.rebuilt();
    },
  });
  if (type === 'timestamp') {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const zones = [...new Set([own, ...ZONES])].filter(zone => zone !== 'UTC');
    return [
      change('Times in UTC', () => delete style.zone, style.zone === undefined),
      ...zones.map(zone => change(`Times in ${zone}`, () => (style.zone = zone), style.zone === zone)),
    ];
  }
  const items: MenuItem[] = [];
  if (type === 'number') {
    const decimals = style.decimals ?? format.ownDecimals;
    items.push(
      change('More decimals', () => (style.decimals = decimals + 1), undefined, decimals >= MOST_DECIMALS),
      change('Fewer decimals', () => (style.decimals = decimals - 1), undefined, decimals <= 0),
      change('Decimals by values', () => delete style.decimals, style.decimals === undefined),
    );
  }
  if (type === 'number' || type === 'integer')
    items.push(change('Percent', () => (style.percent = style.percent !== true), style.percent === true));
  if (type === 'number' || type === 'integer' || type === 'decimal')
    items.push(
      change('Separate thousands', () => (style.plain = style.plain !== true), style.plain !== true),
    );
  return items;
}
