import { randomUUID } from 'node:crypto';
import { MillraceError } from 'millrace/session';
import type { DisplayData } from '../runner/contract.js';
import { barsBundle, type Bar } from './progressBar.js';
import type { ProgressFunction, ProgressOptions } from './progressTypes.js';
import { cut, isObject, thrownText } from './safely.js';

/** How often an output of bars is shown at most, in milliseconds. */
const PERIOD = 100;

/** Bars that one output shows. */
const MOST_BARS = 20;

/** Taken before cells' timers are counted as theirs: these are the kernel's. */
const nativeTimeout = setTimeout;

/** What bars need of the kernel. */
interface ProgressHooks {
  publish(kind: 'display' | 'update', data: DisplayData): void;
  /** The execution that output belongs to now: bars of one are drawn together where they are nested. */
  run(): number;
}

/** One output with the bars of loops within each other, or beside each other. */
interface Group {
  readonly run: number;
  readonly displayId: string;
  bars: Bar[];
  shownAt: number;
  timer: NodeJS.Timeout | null;
}

/** Makes the global `progress`. */
export function createProgress(
  hooks: ProgressHooks,
  now: () => number = () => performance.now(),
): { readonly over: ProgressFunction; interrupt(): void } {
  const groups = new Set<Group>();

  const show = (group: Group, kind: 'display' | 'update' = 'update'): void => {
    if (group.timer !== null) clearTimeout(group.timer);
    group.timer = null;
    group.shownAt = now();
    const shown = group.bars.slice(0, MOST_BARS);
    const data = barsBundle(shown, group.bars.length - shown.length, group.shownAt);
    hooks.publish(kind, { data, metadata: {}, displayId: group.displayId });
  };

  const changed = (group: Group): void => {
    const wait = PERIOD - (now() - group.shownAt);
    if (wait <= 0) show(group);
    // For a loop that waits: what it has done is shown meanwhile.
    else group.timer ??= nativeTimeout(show, wait, group).unref();
  };

  const start = (total: number | null, label: string | null): [Group, Bar] => {
    const bar: Bar = { label, total, started: now(), count: 0, ended: null, state: 'running', error: null };
    const run = hooks.run();
    for (const group of groups) {
      if (group.run !== run) continue;
      // The bar of an inner loop takes the place of the one before it.
      while (group.bars.at(-1)?.ended != null) group.bars.pop();
      group.bars.push(bar);
      changed(group);
      return [group, bar];
    }
    const group: Group = { run, displayId: randomUUID(), bars: [bar], shownAt: 0, timer: null };
    groups.add(group);
    show(group, 'display');
    return [group, bar];
  };

  const end = (group: Group, bar: Bar, state: Bar['state'], error: string | null = null): void => {
    if (bar.ended !== null) return;
    Object.assign(bar, { ended: now(), state, error });
    const isOver = group.bars.every(({ ended }) => ended !== null);
    if (!isOver) return changed(group);
    groups.delete(group);
    show(group);
  };

  /** What an iterator does with a bar: a step is one value that the loop has done with. */
  const follow = (total: number | null, label: string | null): Followed => {
    let started: [Group, Bar] | null = null;
    let isFirst = true;
    const ended = (state: Bar['state'], error: string | null = null): void => {
      if (started !== null) end(...started, state, error);
    };
    return {
      next() {
        started ??= start(total, label);
        const [group, bar] = started;
        if (isFirst) isFirst = false;
        else if (bar.ended === null) {
          bar.count++;
          changed(group);
        }
      },
      given: done => (done === true ? ended('done') : undefined),
      stopped: () => ended('stopped'),
      failed: error => ended('failed', thrownText(error)),
    };
  };

  const over = (iterable: unknown, options: ProgressOptions = {}): unknown => {
    const { label, total } = checkedOptions(iterable, options);
    if (isIterable(iterable)) {
      return { [Symbol.iterator]: () => syncIterator(iterable[Symbol.iterator](), follow(total, label)) };
    }
    if (isAsyncIterable(iterable)) {
      return {
        [Symbol.asyncIterator]: () => asyncIterator(iterable[Symbol.asyncIterator](), follow(total, label)),
      };
    }
    throw new MillraceError(
      'MR4101',
      `progress() takes something to loop over, not ${iterable === null ? 'null' : `a value of type ${typeof iterable}`}.`,
      'Write for (const item of progress(items)) or for await (const item of progress(stream)).',
    );
  };

  return {
    over: over as ProgressFunction,
    interrupt: () => {
      for (const group of [...groups]) {
        for (const bar of group.bars) end(group, bar, 'interrupted');
      }
    },
  };
}

interface Followed {
  /** The next value is asked for: the loop has done with the one before. */
  next(): void;
  given(done: boolean | undefined): void;
  stopped(): void;
  failed(error: unknown): void;
}

function syncIterator(source: Iterator<unknown>, bar: Followed): IterableIterator<unknown> {
  return {
    next(...args: [] | [undefined]) {
      bar.next();
      try {
        const step = source.next(...args);
        bar.given(step.done);
        return step;
      } catch (error) {
        bar.failed(error);
        throw error;
      }
    },
    return(value?: unknown) {
      bar.stopped();
      return source.return?.(value) ?? { done: true, value };
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}

function asyncIterator(source: AsyncIterator<unknown>, bar: Followed): AsyncIterableIterator<unknown> {
  return {
    async next(...args: [] | [undefined]) {
      bar.next();
      try {
        const step = await source.next(...args);
        bar.given(step.done);
        return step;
      } catch (error) {
        bar.failed(error);
        throw error;
      }
    },
    async return(value?: unknown) {
      bar.stopped();
      return (await source.return?.(value)) ?? { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value === 'string') return true;
  return isObject(value) && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    isObject(value) && typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
  );
}

function checkedOptions(
  iterable: unknown,
  { total, label }: ProgressOptions,
): { readonly total: number | null; readonly label: string | null } {
  if (total !== undefined && !(Number.isFinite(total) && total >= 0)) {
    throw new MillraceError(
      'MR4102',
      `the total of progress() is a count, not ${cut(String(total), 50)}.`,
      'Leave it out where it is not known.',
    );
  }
  return {
    total: total ?? countOf(iterable),
    label: label === undefined ? null : cut(String(label).replaceAll(/\s+/g, ' '), 80),
  };
}

/** How many values there will be, where the iterable says so. */
function countOf(iterable: unknown): number | null {
  if (!isObject(iterable)) return null;
  const { length, size } = iterable as { readonly length?: unknown; readonly size?: unknown };
  for (const count of [length, size]) {
    if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  }
  return null;
}
