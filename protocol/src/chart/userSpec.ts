import type { ViewColumn } from '../view.js';
import { measureOf } from './fields.js';
import type { VegaLiteSpec } from './options.js';
import { CHILD_LISTS, isObject } from './specTree.js';
import type { TableColumns } from './tables.js';
import { TIME_AXIS_FORMAT, type ChartTheme } from './theme.js';

type Json = Record<string, unknown>;

/**
 * A user's spec made fit to be drawn live: data from elsewhere is dropped (only the view's rows and values written in the
 * spec are drawn), times are read as UTC like everywhere else, columns have the kind of measurement of their type where the spec does not say it, panes
 * beside and below each other are fitted to the width, and what Vega does not need to draw is left out.
 */
export function cleanUserSpec(
  spec: VegaLiteSpec,
  columns: readonly ViewColumn[],
  theme: ChartTheme,
  tables: TableColumns | null,
): Json {
  const { data, datasets: _datasets, usermeta: _usermeta, $schema: _schema, ...rest } = spec;
  const clean = cleanPart(nameOfTable(data, tables) === null ? rest : { data, ...rest }, columns, tables);
  return typeof theme.width === 'number' ? fitted(clean, theme.width) : clean;
}

function cleanPart(part: Json, above: readonly ViewColumn[], tables: TableColumns | null): Json {
  const clean: Json = { ...part };
  const table = nameOfTable(clean.data, tables);
  const columns = table === null ? above : (tables?.get(table) ?? above);
  if ('data' in clean && table === null && !hasInlineValues(clean.data)) delete clean.data;
  for (const list of CHILD_LISTS) {
    if (Array.isArray(clean[list]))
      clean[list] = (clean[list] as unknown[]).map(child =>
        isObject(child) ? cleanPart(child, columns, tables) : child,
      );
  }
  if (isObject(clean.spec)) clean.spec = cleanPart(clean.spec, columns, tables);
  if (isObject(clean.encoding)) clean.encoding = cleanEncoding(clean.encoding, columns);
  return clean;
}

/** Which of a chart's tables a part of its spec draws; null: the one above it. */
function nameOfTable(data: unknown, tables: TableColumns | null): string | null {
  if (tables === null || !isObject(data) || typeof data.name !== 'string') return null;
  return tables.has(data.name) ? data.name : null;
}

function hasInlineValues(data: unknown): boolean {
  return isObject(data) && Array.isArray(data.values) && !('url' in data);
}

/** Pixels beside a pane's plot: its axis and title. */
const AXIS_EXTENT = 76;

/** Panes that are one view each, and say no width, are as wide as there is room. */
function fitted(part: Json, width: number): Json {
  const fit = (list: unknown, room: number): unknown =>
    Array.isArray(list)
      ? list.map(child => {
          if (!isObject(child)) return child;
          const isView = 'mark' in child || 'layer' in child;
          return isView && child.width === undefined
            ? { width: Math.max(60, Math.floor(room - AXIS_EXTENT)), ...child }
            : fitted(child, room);
        })
      : list;
  const count = (list: unknown): number => (Array.isArray(list) ? Math.max(1, list.length) : 1);
  const own: Json = {};
  if ('vconcat' in part) own.vconcat = fit(part.vconcat, width);
  if ('hconcat' in part) own.hconcat = fit(part.hconcat, width / count(part.hconcat));
  if ('concat' in part) {
    const columns = typeof part.columns === 'number' && part.columns > 0 ? part.columns : count(part.concat);
    own.concat = fit(part.concat, width / columns);
  }
  return { ...part, ...own };
}

function cleanEncoding(encoding: Json, columns: readonly ViewColumn[]): Json {
  const clean: Json = {};
  for (const [channel, definition] of Object.entries(encoding)) {
    // The second of two sides is of the kind of the first.
    const typed = (one: unknown): unknown => (/\d$/.test(channel) ? one : typedChannel(one, columns));
    clean[channel] = Array.isArray(definition)
      ? definition.map(one => channelInUtc(channel, typed(one)))
      : channelInUtc(channel, typed(definition));
  }
  return clean;
}

/** A channel of a column with the kind of measurement of its type, unless it says so or is made into something else. */
function typedChannel(definition: unknown, columns: readonly ViewColumn[]): unknown {
  if (!isObject(definition) || typeof definition.field !== 'string') return definition;
  if (['type', 'aggregate', 'bin', 'timeUnit'].some(key => key in definition)) return definition;
  const column = columns.find(({ name }) => name === definition.field);
  return column === undefined ? definition : { ...definition, type: measureOf(column) };
}

/** A temporal channel in UTC: by its scale where it has one, by its time unit where it does not. */
function channelInUtc(channel: string, definition: unknown): unknown {
  if (!isObject(definition)) return definition;
  const { timeUnit } = definition;
  if (typeof timeUnit === 'string') {
    return /^(utc|binnedutc)/.test(timeUnit)
      ? definition
      : {
          ...definition,
          timeUnit: timeUnit.startsWith('binned') ? `binnedutc${timeUnit.slice(6)}` : `utc${timeUnit}`,
        };
  }
  if (isObject(timeUnit)) return { ...definition, timeUnit: { utc: true, ...timeUnit } };
  if (definition.type !== 'temporal') return definition;
  if (channel === 'tooltip' || channel === 'text') {
    return { ...definition, timeUnit: 'utcyearmonthdatehoursminutessecondsmilliseconds' };
  }
  if (definition.scale === null) return definition;
  const scale = { type: 'utc', ...(isObject(definition.scale) ? definition.scale : {}) };
  const { axis } = definition;
  // The tick labels of our own charts, unless the user says how, or wants none.
  const isAxis = (channel === 'x' || channel === 'y') && axis !== null;
  const own = isObject(axis) ? axis : {};
  return isAxis && !('labelExpr' in own)
    ? { ...definition, scale, axis: { format: TIME_AXIS_FORMAT, ...own } }
    : { ...definition, scale };
}

/** `over` laid on `base`, objects merged key by key; a list or a plain value of `over` wins whole. */
export function mergeDeep(base: Json, over: Json): Json {
  const merged: Json = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (key === '__proto__') continue;
    const under = merged[key];
    merged[key] = isObject(under) && isObject(value) ? mergeDeep(under, value) : value;
  }
  return merged;
}
