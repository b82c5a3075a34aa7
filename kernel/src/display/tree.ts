import { types } from 'node:util';
import { entriesOf } from './entries.js';
import { isLeaf, summary } from './summary.js';
import { cut, isObject } from './safely.js';

/** A value with what it holds, as much of it as is shown. */
export interface TreeNode {
  /** The key under which its parent holds it: a name, an index, a Map's key; null at the root and for a Set's values. */
  readonly key: string | null;
  /** What it is, in one line. */
  readonly text: string;
  /** How its text is coloured. */
  readonly tone: Tone;
  readonly children: readonly TreeNode[];
  /** Its entries that are left out, and why. */
  readonly omitted: number;
  readonly noun: string;
  /** The number by which others refer to it, where there are any: `*1`. */
  readonly mark: number | null;
}

export type Tone = 'string' | 'number' | 'atom' | 'name' | 'dim';

/** How much of a value is shown. */
export interface TreeLimits {
  /** Levels below the value. */
  readonly depth: number;
  /** Entries of one object. */
  readonly breadth: number;
  /** Nodes altogether. */
  readonly nodes: number;
}

const LIMITS: TreeLimits = { depth: 6, breadth: 50, nodes: 1000 };

interface Growing {
  key: string | null;
  text: string;
  tone: Tone;
  children: Growing[];
  omitted: number;
  noun: string;
  mark: number | null;
}

interface Waiting {
  readonly node: Growing;
  readonly value: object;
  readonly depth: number;
  readonly above: Path | null;
}

interface Path {
  readonly value: object;
  readonly above: Path | null;
}

/**
 * The tree of a value. It is grown level by level, so that what is left out is what lies deepest. None of the value's own code
 * runs: getters are named, not called, and a Proxy is a leaf. An object that comes again is a reference to where it came first.
 */
export function treeOf(value: unknown, limits: TreeLimits = LIMITS): TreeNode {
  const seen = new Map<object, Growing>();
  let marks = 0;
  let nodes = 0;
  const queue: Waiting[] = [];

  const grow = (key: string | null, held: unknown, depth: number, above: Path | null): Growing => {
    nodes++;
    const before = isObject(held) ? seen.get(held) : undefined;
    if (before !== undefined) {
      before.mark ??= ++marks;
      return leaf(key, `[${holds(above, held as object) ? 'Circular' : 'Shared'} *${before.mark}]`, 'dim');
    }
    const { text, tone } = summary(held);
    const node = leaf(key, text, tone);
    if (isObject(held) && !types.isProxy(held) && !isLeaf(held)) {
      seen.set(held, node);
      queue.push({ node, value: held, depth, above });
    }
    return node;
  };

  const root = grow(null, value, 0, null);
  for (let next = 0; next < queue.length; next++) {
    const { node, value: held, depth, above } = queue[next];
    const room = depth >= limits.depth ? 0 : Math.max(0, Math.min(limits.breadth, limits.nodes - nodes));
    const { entries, total, noun, names } = entriesOf(held, room);
    if (names !== undefined && !types.isNativeError(held) && typeof held !== 'function')
      node.text += preview(names);
    const path = { value: held, above };
    node.children = entries.map(entry =>
      entry.accessor === undefined
        ? grow(entry.key, entry.value, depth + 1, path)
        : (nodes++, leaf(entry.key, entry.accessor, 'dim')),
    );
    node.omitted = total - entries.length;
    node.noun = noun;
  }
  return root;
}

/** The first names of an object, so that it is known before it is unfolded. */
function preview(names: readonly string[]): string {
  if (names.length === 0) return ' {}';
  const shown = names.slice(0, MOST_NAMES).map(name => cut(name, 30));
  return ` { ${shown.join(', ')}${names.length > MOST_NAMES ? ', …' : ''} }`;
}

const MOST_NAMES = 5;

function leaf(key: string | null, text: string, tone: Tone): Growing {
  return { key, text, tone, children: [], omitted: 0, noun: 'entry', mark: null };
}

function holds(path: Path | null, value: object): boolean {
  for (let at = path; at !== null; at = at.above) if (at.value === value) return true;
  return false;
}
