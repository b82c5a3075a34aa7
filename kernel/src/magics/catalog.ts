/** A command of the notebook's own, written after `%` (a line) or `%%` (a whole cell). */
export interface MagicDefinition {
  /** Without its percent signs. */
  readonly name: string;
  readonly kind: 'line' | 'cell';
  /** How it is written. */
  readonly usage: string;
  /** What it does, in a sentence. */
  readonly doc: string;
  /** What follows its name: TypeScript that is checked and run as in any cell, or text of its own. */
  readonly takes: 'code' | 'text';
}

/** Every magic, in the order in which `%magics` shows them. */
export const MAGICS: readonly MagicDefinition[] = [
  line('who', '%who', 'Lists the names of the notebook with their types and values.'),
  line(
    'time',
    '%time EXPRESSION',
    'Runs the statement behind it, and says how long it took by the clock and in the processor.',
    'code',
  ),
  cell('time', '%%time', 'Runs the cell, and says how long it took.', 'code'),
  line(
    'install',
    '%install PACKAGE[@VERSION] …',
    "Installs packages of npm into the notebook's folder; the next cell can import them. With `--scripts`, their install scripts are run too.",
  ),
  line(
    'env',
    '%env [NAME | NAME=VALUE | -NAME]',
    'Lists, shows, sets or removes environment variables of the cells. Values of names that sound secret are not shown.',
  ),
  cell('html', '%%html', 'Shows the rest of the cell as HTML.'),
  cell('md', '%%md', 'Shows the rest of the cell as Markdown.'),
  cell('sql', '%%sql', 'Reserved for queries in SQL.'),
  line('magics', '%magics', 'Lists the magics.'),
  line('help', '%help', 'Lists the magics, and says where to read on.'),
];

/** The magic of a name and kind, or undefined. */
export function findMagic(kind: MagicDefinition['kind'], name: string): MagicDefinition | undefined {
  return MAGICS.find(magic => magic.kind === kind && magic.name === name);
}

/** A magic as it is written: `%who`, `%%html`. */
export function written({ kind, name }: Pick<MagicDefinition, 'kind' | 'name'>): string {
  return `${kind === 'cell' ? '%%' : '%'}${name}`;
}

/** The magic whose name is nearest to one that is not there; null where none is near. */
export function nearestMagic(name: string): MagicDefinition | null {
  const ranked = MAGICS.map(magic => ({ magic, distance: distance(magic.name, name.toLowerCase()) }));
  const nearest = ranked.reduce((best, each) => (each.distance < best.distance ? each : best));
  return nearest.distance <= Math.max(1, Math.floor(name.length / 2)) ? nearest.magic : null;
}

function line(
  name: string,
  usage: string,
  doc: string,
  takes: MagicDefinition['takes'] = 'text',
): MagicDefinition {
  return { name, kind: 'line', usage, doc, takes };
}

function cell(
  name: string,
  usage: string,
  doc: string,
  takes: MagicDefinition['takes'] = 'text',
): MagicDefinition {
  return { name, kind: 'cell', usage, doc, takes };
}

/** The number of letters to add, drop or change between two names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + change));
    }
    row = next;
  }
  return row[b.length];
}
