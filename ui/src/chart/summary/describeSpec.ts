import { CHILD_LISTS, objectOf, tableIndex, type VegaLiteSpec } from '@millrace/protocol';
import type { Described, Drawn } from './describe.js';
import { listed, plainText } from './plainText.js';

type Json = Readonly<Record<string, unknown>>;

/** Marks that are told of; a spec may have any number of them, as deep as its writer likes. */
const MOST_MARKS = 4;
const MOST_DEPTH = 8;
const MOST_TEXT = 240;

const NAMES: ReadonlyMap<string, string> = new Map([
  ['point', 'points'],
  ['circle', 'points'],
  ['square', 'points'],
  ['bar', 'bars'],
  ['tick', 'ticks'],
  ['rule', 'rules'],
  ['rect', 'cells'],
  ['arc', 'sectors'],
  ['trail', 'a trail'],
  ['line', 'a line'],
  ['area', 'an area'],
  ['text', 'texts'],
  ['boxplot', 'a box plot'],
]);

/** Says what a spec of the user's shows: what it says of itself, else its marks. */
export function describeSpec(spec: VegaLiteSpec): Described {
  const marks: { text: string; drawn: Drawn | null }[] = [];
  collect(spec, { encoding: {}, table: null }, 0, marks);
  const texts = [...new Set(marks.map(({ text }) => text))];
  const more = texts.length > MOST_MARKS ? [`${texts.length - MOST_MARKS} more`] : [];
  const shown = texts.length === 0 ? 'Chart' : `Chart of ${listed([...texts.slice(0, MOST_MARKS), ...more])}`;
  const own = typeof spec.description === 'string' ? plainText(spec.description, MOST_TEXT) : '';
  return {
    text: own === '' ? shown : own,
    drawn: marks.slice(0, MOST_MARKS).flatMap(({ drawn }) => drawn ?? []),
  };
}

interface Above {
  readonly encoding: Json;
  /** The name of the table that is drawn. */
  readonly table: string | null;
}

function collect(
  part: Json,
  above: Above,
  depth: number,
  marks: { text: string; drawn: Drawn | null }[],
): void {
  if (depth > MOST_DEPTH || marks.length > 4 * MOST_MARKS) return;
  const encoding = { ...above.encoding, ...objectOf(part.encoding) };
  const { name } = objectOf(part.data);
  const table = typeof name === 'string' ? name : above.table;
  const mark = typeof part.mark === 'string' ? part.mark : objectOf(part.mark).type;
  if (typeof mark === 'string') marks.push(described(mark, encoding, tableIndex(table ?? '')));
  for (const list of CHILD_LISTS) {
    const children = part[list];
    if (!Array.isArray(children)) continue;
    for (const child of children.slice(0, 20))
      collect(objectOf(child), { encoding, table }, depth + 1, marks);
  }
  if (part.spec !== undefined) collect(objectOf(part.spec), { encoding, table }, depth + 1, marks);
}

function described(mark: string, encoding: Json, table: number) {
  const [x, y, color] = [encoding.x, encoding.y, encoding.color ?? encoding.detail].map(objectOf);
  const along = textOf(x);
  const of = textOf(y) ?? textOf(objectOf(encoding.theta)) ?? textOf(color);
  const name = NAMES.get(mark) ?? plainText(mark);
  const text = [name, of === null ? '' : ` of ${of}`, along === null ? '' : ` by ${along}`].join('');
  const drawn: Drawn = { table, x: columnOf(x), y: columnOf(y), series: columnOf(color) };
  return { text, drawn: drawn.x === null && drawn.y === null ? null : drawn };
}

/** What a channel is of: `price`, `the mean of price`, `how many rows`. */
function textOf({ field, aggregate }: Json): string | null {
  if (aggregate === 'count') return 'how many rows';
  if (typeof field !== 'string') return null;
  const name = plainText(field.replace(/\\(.)/g, '$1'));
  return typeof aggregate === 'string' ? `the ${plainText(aggregate)} of ${name}` : name;
}

/** The column that a channel draws as it is. */
function columnOf({ field, aggregate, bin }: Json): string | null {
  const isPlain = typeof field === 'string' && aggregate === undefined && bin === undefined;
  return isPlain ? field.replace(/\\(.)/g, '$1') : null;
}
