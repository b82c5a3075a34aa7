import type { JsonSkipper } from './jsonSkipper.js';
import { skipSpace } from './jsonSkipper.js';
import { textOf } from './decoder.js';

/** A way into JSON: keys of objects and places in lists, from the outside. */
export type JsonPath = readonly (string | number)[];

const MOST_STEPS = 32;
/** A text that no path holds: half of a pair. */
const NO_KEY = '\ud800';
const STEP = /\.?([^.[\]]+)|\[(\d{1,9})\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/uy;

/** Reads `properties.mag`, `coordinates[0]`, `['a.b'].c`; nothing leads to the value itself. Null for a text that is no path. */
export function parseJsonPath(text: string): JsonPath | null {
  const path: (string | number)[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    if (path.length === 0 && text[at] === '.') return null;
    const step = STEP.exec(text);
    if (step === null || path.length === MOST_STEPS) return null;
    if (step[1] !== undefined && path.length > 0 && text[at] !== '.') return null;
    if (step[2] !== undefined) path.push(Number(step[2]));
    else path.push(step[1] ?? (step[3] ?? step[4]).replace(/\\(.)/gu, '$1'));
  }
  return path;
}

/** A path as it is written. */
export function jsonPathText(path: JsonPath): string {
  return path
    .map((step, i) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w$-]+$/u.test(step)
          ? `${i === 0 ? '' : '.'}${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join('');
}

interface PathNode {
  readonly keys: Map<string, PathNode>;
  readonly places: Map<number, PathNode>;
  /** The paths that end here. */
  readonly ends: number[];
}

const newNode = (): PathNode => ({ keys: new Map(), places: new Map(), ends: [] });

/** Finds the values of several paths in one go through a JSON value. */
export class JsonPathFinder {
  /** Of each path, where its value was in the bytes that were looked at last; -1 where it has none. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #root = newNode();

  constructor(
    paths: readonly JsonPath[],
    private readonly skipper: JsonSkipper,
  ) {
    this.starts = new Int32Array(paths.length);
    this.ends = new Int32Array(paths.length);
    paths.forEach((path, i) => {
      let node = this.#root;
      for (const step of path) {
        const steps: Map<string | number, PathNode> = typeof step === 'number' ? node.places : node.keys;
        const next = steps.get(step) ?? newNode();
        steps.set(step, next);
        node = next;
      }
      node.ends.push(i);
    });
  }

  /** Looks at the value at `from` and returns the position behind it, or -1 where it is no JSON. The skipper's scanner is on these bytes. */
  find(bytes: Uint8Array, from: number, to: number): number {
    this.starts.fill(-1);
    return this.#walk(this.#root, bytes, skipSpace(bytes, from), to);
  }

  #walk(node: PathNode, bytes: Uint8Array, at: number, to: number): number {
    const isInside = (bytes[at] === 123 && node.keys.size > 0) || (bytes[at] === 91 && node.places.size > 0);
    const end = isInside ? this.#inside(node, bytes, at, to) : this.skipper.skip(bytes, at, to);
    for (const path of node.ends) {
      this.starts[path] = at;
      this.ends[path] = end;
    }
    return end;
  }

  /** Goes through an object or a list: into what a path leads to, over the rest. */
  #inside(node: PathNode, bytes: Uint8Array, from: number, to: number): number {
    const isObject = bytes[from] === 123;
    const close = isObject ? 125 : 93;
    let p = skipSpace(bytes, from + 1);
    if (bytes[p] === close) return p + 1;
    for (let place = 0; ; place++) {
      let next: PathNode | undefined;
      if (isObject) {
        const end = bytes[p] === 34 ? this.skipper.skip(bytes, p, to) : -1;
        if (end < 0) return -1;
        next = node.keys.get(keyText(bytes, p, end));
        p = skipSpace(bytes, end);
        if (bytes[p] !== 58) return -1;
        p = skipSpace(bytes, p + 1);
      } else {
        next = node.places.get(place);
      }
      p = next === undefined ? this.skipper.skip(bytes, p, to) : this.#walk(next, bytes, p, to);
      if (p < 0) return -1;
      p = skipSpace(bytes, p);
      if (bytes[p] === close) return p + 1;
      if (bytes[p] !== 44) return -1;
      p = skipSpace(bytes, p + 1);
    }
  }
}

/** A key; one with an escape that there is not leads nowhere. */
function keyText(bytes: Uint8Array, from: number, to: number): string {
  let escape = from;
  while (escape < to && bytes[escape] !== 92) escape++;
  if (escape === to) return textOf(bytes, from + 1, to - 1);
  try {
    return JSON.parse(textOf(bytes, from, to)) as string;
  } catch {
    return NO_KEY;
  }
}
