import type { VegaLiteSpec } from './options.js';
import { TIME_AXIS_FORMAT } from './theme.js';

type Json = Record<string, unknown>;

const CHILD_LISTS = ['layer', 'concat', 'hconcat', 'vconcat'] as const;

/**
 * A user's spec made fit to be drawn live: data from elsewhere is dropped (only the view's rows and values written in the
 * spec are drawn), times are read as UTC like everywhere else, and what Vega does not need to draw is left out.
 */
export function cleanUserSpec(spec: VegaLiteSpec): Json {
  const { data: _data, datasets: _datasets, usermeta: _usermeta, $schema: _schema, ...rest } = spec;
  return cleanPart(rest);
}

function cleanPart(part: Json): Json {
  const clean: Json = { ...part };
  if ('data' in clean && !hasInlineValues(clean.data)) delete clean.data;
  for (const list of CHILD_LISTS) {
    if (Array.isArray(clean[list]))
      clean[list] = (clean[list] as unknown[]).map(child => (isObject(child) ? cleanPart(child) : child));
  }
  if (isObject(clean.spec)) clean.spec = cleanPart(clean.spec);
  if (isObject(clean.encoding)) clean.encoding = encodingInUtc(clean.encoding);
  return clean;
}

function hasInlineValues(data: unknown): boolean {
  return isObject(data) && Array.isArray(data.values) && !('url' in data);
}

function encodingInUtc(encoding: Json): Json {
  const clean: Json = {};
  for (const [channel, definition] of Object.entries(encoding)) {
    clean[channel] = Array.isArray(definition)
      ? definition.map(one => channelInUtc(channel, one))
      : channelInUtc(channel, definition);
  }
  return clean;
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

/** Whether a value is a plain JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
