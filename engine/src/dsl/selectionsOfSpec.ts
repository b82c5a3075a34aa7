import { CHILD_LISTS, objectOf, tableIndex, type SelectionMode, type VegaLiteSpec } from '@millrace/protocol';

type Json = Readonly<Record<string, unknown>>;

/** A selection of a spec, and the columns that it is made by. */
export interface FoundSelection {
  readonly name: string;
  readonly mode: SelectionMode;
  /** Or why there are none by which rows could be filtered. */
  readonly fields: readonly FoundField[] | string;
  /** The number of the chart's table that its part of the spec draws. */
  readonly table: number;
}

interface FoundField {
  readonly column: string;
  /** Where it is drawn; null: it is named by itself. */
  readonly channel: string | null;
  /** The kind of measurement that the spec says. */
  readonly measure: string | null;
  readonly way: 'range' | 'values';
}

/** Levels that are looked at. */
const MOST_LEVELS = 12;

/** The selections of a spec, on all of its levels. */
export function foundSelections(spec: VegaLiteSpec): FoundSelection[] {
  const found: FoundSelection[] = [];
  walk(spec, {}, 0, 0, found);
  return found;
}

function walk(part: Json, above: Json, tableAbove: number, depth: number, found: FoundSelection[]): void {
  if (depth > MOST_LEVELS) return;
  const encoding = { ...above, ...objectOf(part.encoding) };
  const { name: data } = objectOf(part.data);
  const table = typeof data === 'string' ? tableIndex(data) : tableAbove;
  for (const param of listOf(part.params)) {
    const { name, select } = objectOf(param);
    if (typeof name === 'string' && select !== undefined)
      found.push(foundSelection(name, select, encoding, table));
  }
  for (const list of CHILD_LISTS) {
    // Views that are laid over each other share what is encoded above them.
    for (const child of listOf(part[list]))
      walk(objectOf(child), list === 'layer' ? encoding : {}, table, depth + 1, found);
  }
  if (part.spec !== undefined) walk(objectOf(part.spec), {}, table, depth + 1, found);
}

function foundSelection(name: string, select: unknown, encoding: Json, table: number): FoundSelection {
  const options = typeof select === 'string' ? { type: select } : objectOf(select);
  const mode = options.type === 'interval' ? 'interval' : 'point';
  const known = { name, mode, table } as const;
  if (!/^[A-Za-z_]\w{0,59}$/.test(name)) return { ...known, fields: 'its name is no plain word' };
  const channels = textsOf(options.encodings);
  const byName = textsOf(options.fields);
  if (byName.length > 0)
    return {
      ...known,
      fields: byName.map(column => ({ column, channel: null, measure: null, way: 'values' })),
    };
  if (mode === 'point' && channels.length === 0)
    return { ...known, fields: 'it says by no columns what is selected' };
  const fields: FoundField[] = [];
  for (const channel of channels.length > 0 ? channels : ['x', 'y']) {
    const definition = objectOf(encoding[channel]);
    const { field, type, aggregate, bin, timeUnit } = definition;
    const isPlain = typeof field === 'string' && aggregate === undefined && timeUnit === undefined;
    const isBinned = bin !== undefined && bin !== null && bin !== false;
    if (isPlain && !(isBinned && mode === 'point')) {
      const measure = typeof type === 'string' ? type : isBinned ? 'quantitative' : null;
      // The axis of names is selected by name, whatever is on it.
      const isNames = mode === 'point' || measure === 'nominal' || measure === 'ordinal';
      fields.push({ column: unescaped(field), channel, measure, way: isNames ? 'values' : 'range' });
    } else if (channels.length > 0) {
      return { ...known, fields: `its channel ${channel} is no plain column` };
    }
  }
  return { ...known, fields: fields.length === 0 ? 'neither x nor y is a plain column' : fields };
}

/** A column's name as Vega writes it in a field. */
function unescaped(field: string): string {
  return field.replace(/\\(.)/g, '$1');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter(each => typeof each === 'string');
}
