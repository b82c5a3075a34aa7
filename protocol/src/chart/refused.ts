/** Functions of Vega's expressions that change something, or write to the console. */
const SIDE_EFFECTS = /\b(modify|setdata|encode|warn|info|debug)\s*\(/;

/** Where a spec has expressions. */
const EXPRESSIONS: ReadonlySet<string> = new Set([
  ...['calculate', 'filter', 'test', 'expr', 'signal', 'update', 'init', 'labelExpr'],
]);

/** Levels of a spec: more are no chart. */
const MOST_LEVELS = 60;

/** What a spec may not have, in words: where it is, and what to do instead. */
export interface Refused {
  readonly what: string;
  readonly instead: string;
}

/**
 * What of a spec is not drawn, since it would lead out of the chart: addresses to load from or go to, what is said to the page beside the chart, and
 * expressions that change something. Null where there is nothing of it.
 *
 * @example refusedInSpec({ data: { url: 'trades.csv' } }) // { what: "data.url: a chart loads nothing", … }
 */
export function refusedInSpec(spec: unknown): Refused | null {
  return refusedIn(spec, '', '', 0);
}

function refusedIn(part: unknown, key: string, path: string, depth: number): Refused | null {
  if (typeof part === 'string') return refusedText(part, key, path);
  if (typeof part !== 'object' || part === null) return null;
  if (depth > MOST_LEVELS)
    return { what: `${path.slice(0, 80)}… is too deep for a chart`, instead: 'Write a flatter spec.' };
  for (const [name, value] of Object.entries(part)) {
    const at = Array.isArray(part) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    // Rows that are written in a spec are values, whatever they are called.
    if (name === 'values' && key === 'data') continue;
    const found =
      refusedKey(name, value, key, at) ?? refusedIn(value, Array.isArray(part) ? key : name, at, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function refusedKey(name: string, value: unknown, parent: string, at: string): Refused | null {
  if (name === '__proto__') return { what: `${at}: a spec is plain JSON`, instead: 'Leave it out.' };
  if (name === 'usermeta')
    return { what: `${at}: it speaks to the page, not to the chart`, instead: 'Leave it out.' };
  if (name === 'href')
    return { what: `${at}: marks of a chart are no links`, instead: 'Write the link in a text: md`[…](…)`.' };
  if (name === 'url' && parent !== 'encoding' && !isPicture(value)) {
    return {
      what: `${at}: a chart loads nothing`,
      instead: 'Read it in a cell (read, replay), and chart the table; pictures are data:image/… URLs.',
    };
  }
  if (name === 'url' && parent === 'encoding' && isAddress(value)) {
    return {
      what: `${at}: a chart loads no pictures`,
      instead: 'Give it a data:image/… URL, or a column of these.',
    };
  }
  return null;
}

function refusedText(text: string, key: string, path: string): Refused | null {
  if (!EXPRESSIONS.has(key) || !SIDE_EFFECTS.test(text)) return null;
  const name = SIDE_EFFECTS.exec(text)?.[1] ?? '';
  return {
    what: `${path}: the expression calls ${name}(), which changes something or writes to the console`,
    instead: 'Compute values only.',
  };
}

/** A channel with an address of its own, which is no picture. */
function isAddress(channel: unknown): boolean {
  const value = typeof channel === 'object' && channel !== null && 'value' in channel ? channel.value : null;
  return typeof value === 'string' && !isPicture(value);
}

/** Whether an address is a picture in itself, which nothing is loaded for. */
export function isPicture(value: unknown): boolean {
  return typeof value === 'string' && /^data:image\/(png|jpeg|gif|webp|bmp|svg\+xml)[;,]/i.test(value);
}
