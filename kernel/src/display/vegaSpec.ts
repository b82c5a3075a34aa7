import { types } from 'node:util';
import { MillraceError } from 'millrace/session';
import { themeConfig } from '@millrace/protocol';
import type { DisplayData, MimeBundle } from '../runner/contract.js';
import { specPng, type DrawnSpec } from './chartImage.js';
import { checkedContent } from './bundles.js';
import { cut, isObject, ownProperty, thrownText } from './safely.js';

/** Characters of a spec with its values: a notebook is a file that people read, and send. */
const MOST_TEXT = 10_000_000;

type Json = Record<string, unknown>;
type Language = DrawnSpec['language'];

/** The language of a value that says by its `$schema` that it is a spec of Vega or Vega-Lite; null for other values. */
export function specLanguage(value: unknown): Language | null {
  if (!isObject(value) || types.isProxy(value)) return null;
  const schema = ownProperty(value, '$schema');
  if (schema.kind !== 'value' || typeof schema.value !== 'string') return null;
  const found = /^https?:\/\/vega\.github\.io\/schema\/(vega|vega-lite)\/v\d+(\.\d+)*\.json$/.exec(
    schema.value,
  );
  return (found?.[1] as Language | undefined) ?? null;
}

/** A spec that can be shown: JSON, with nothing that would be loaded from elsewhere. */
export interface CheckedSpec extends DrawnSpec {
  /** The major version that its schema names. */
  readonly version: number;
}

/** @throws MillraceError `MR4103` for what is no spec, and for one that would load something or is too long */
export function checkedSpec(language: Language, value: unknown): CheckedSpec {
  const name = language === 'vega' ? 'Vega' : 'Vega-Lite';
  if (!isObject(value) || Array.isArray(value) || typeof value === 'function') {
    throw new MillraceError(
      'MR4103',
      `a ${name} spec is an object, not ${Array.isArray(value) ? 'a list' : typeof value}.`,
    );
  }
  const checked = checkedContent('application/json', value);
  if ('fault' in checked) throw new MillraceError('MR4103', `the ${name} spec ${checked.fault}.`);
  // What a page is told beside the chart (where to load a theme from, HTML around it) is not the chart.
  const { usermeta: _, ...spec } = checked.content as Json;
  const length = JSON.stringify(spec).length;
  if (length > MOST_TEXT) {
    throw new MillraceError(
      'MR4103',
      `the ${name} spec has ${Math.round(length / 1e6)} MB with its values; at most 10 MB are saved in a notebook.`,
      'Aggregate the rows first, or show a table as a live chart: table.chart(spec).',
    );
  }
  const url = urlIn(spec, '', 0);
  if (url !== null) {
    throw new MillraceError(
      'MR4103',
      `the ${name} spec would load something from elsewhere (${url}), which charts in a notebook do not.`,
      'Read the data in the cell and put them into the spec: data: { values: rows }.',
    );
  }
  const version = Number(/\/v(\d+)/.exec(String(spec.$schema ?? ''))?.[1] ?? 6);
  const $schema = spec.$schema ?? `https://vega.github.io/schema/${language}/v6.json`;
  return { language, version, spec: { $schema, ...spec } };
}

/** Where a spec names an address; values of data are left alone, which only marks of an address could load. */
function urlIn(part: unknown, path: string, depth: number): string | null {
  if (typeof part !== 'object' || part === null) return null;
  if (depth > 100) return `${path.slice(0, 80)}…, which is too deep to be checked`;
  for (const [key, value] of Object.entries(part)) {
    const at = Array.isArray(part) ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`;
    if (key === 'url' && !(typeof value === 'string' && value.startsWith('data:'))) return at;
    if (key === 'config' && typeof value === 'string') return at;
    if ((key === 'values' || key === 'datasets') && isDataPlace(part, key)) continue;
    const found = urlIn(value, at, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** `values` of a data source, not those of a scale or an axis, are rows. */
function isDataPlace(part: object, key: string): boolean {
  return key === 'datasets' || !('scale' in part || 'orient' in part);
}

/**
 * A spec as an output: the spec itself, and a picture of it for what cannot draw it. A spec that cannot be drawn is shown with the
 * reason.
 */
export async function specOutput(checked: CheckedSpec): Promise<Omit<DisplayData, 'displayId'>> {
  const { language, version, spec } = checked;
  const name = language === 'vega' ? 'Vega' : 'Vega-Lite';
  const type = `application/vnd.${language === 'vega' ? 'vega' : 'vegalite'}.v${version}+json`;
  const named = isObject(spec.title) ? (spec.title as Json).text : spec.title;
  const title = typeof named === 'string' && named !== '' ? ` · ${cut(named, 200)}` : '';
  const data: MimeBundle = { [type]: spec, 'text/plain': `${name} chart${title}` };
  try {
    const { png, width, height } = await specPng({ language, spec: pictured(language, spec) });
    const picture = Buffer.from(png).toString('base64');
    return { data: { ...data, 'image/png': picture }, metadata: { 'image/png': { width, height } } };
  } catch (error) {
    const told = `The ${name} spec cannot be drawn: ${thrownText(error)}`;
    return { data: { [type]: spec, 'text/plain': told }, metadata: {} };
  }
}

/** The spec with our colours and our font below its own, and with a width where it leaves that to the page. */
function pictured(language: Language, spec: Json): Json {
  if (language === 'vega') return spec;
  const theme = themeConfig({ mode: 'light', font: 'DejaVu Sans', background: 'white' });
  const config = isObject(spec.config) ? (spec.config as Json) : {};
  const width = spec.width === 'container' ? { width: 700 } : {};
  const height = spec.height === 'container' ? { height: 300 } : {};
  return { ...spec, ...width, ...height, config: { ...theme, ...config } };
}
