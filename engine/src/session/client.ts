import { MillraceError } from '../columns/error.js';
import type { HostLink } from './protocol.js';

let link: HostLink | null = null;
let makeLink: (() => HostLink) | null = null;
let owner: string | null = null;

/**
 * Says where plans of this process run: a link to a session host, or a function that makes one when it is first needed.
 * Node's entry point sets an in-process host; the kernel's runner sets the link to the engine process.
 */
export function setDefaultLink(next: HostLink | (() => HostLink) | null): void {
  link = typeof next === 'function' ? null : next;
  if (link !== null) for (const attach of attached) attach(link);
  makeLink = typeof next === 'function' ? next : null;
}

/** The link to the session host. Error `MR1901` where there is none. */
export function currentLink(): HostLink {
  if (link === null) {
    if (makeLink === null) {
      throw new MillraceError(
        'MR1901',
        'no engine is connected to run this on.',
        'Call setDefaultLink(link) first.',
      );
    }
    link = makeLink();
    for (const attach of attached) attach(link);
  }
  return link;
}

/** The link where one has been made, else null: nothing is started. */
export function existingLink(): HostLink | null {
  return link;
}

const attached = new Set<(link: HostLink) => void>();

/** Calls back with the link as soon as there is one, and with each that takes its place. */
export function onLink(attach: (link: HostLink) => void): void {
  attached.add(attach);
  if (link !== null) attach(link);
}

/** Names who makes queries from here on (a cell's id), or nobody. */
export function setOwner(next: string | null): void {
  owner = next;
  if (next === null) return;
  const run = (runs.get(next) ?? 0) + 1;
  // The last ones stay, so that a long session does not grow.
  runs.delete(next);
  runs.set(next, run);
  if (runs.size > OWNERS_KEPT) runs.delete(runs.keys().next().value as string);
}

const OWNERS_KEPT = 10_000;
const runs = new Map<string, number>();

/** Who makes something now, and in which run; its `isOver` tells whether they have begun to run again. */
export function currentRun(): { isOver(): boolean } {
  const name = owner;
  if (name === null) return { isOver: () => false };
  const run = runs.get(name);
  return { isOver: () => runs.get(name) !== run };
}

/** The owner under which queries are made. */
export function currentOwner(): string | null {
  return owner;
}

/** Runs `work` with queries owned by `name`; for a promise, until it settles. */
export function withOwner<Result>(name: string, work: () => Result): Result {
  const before = owner;
  owner = name;
  const restore = () => {
    owner = before;
  };
  let result: Result;
  try {
    result = work();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as Result;
  restore();
  return result;
}

let nameOf: (value: unknown) => string | null = () => null;

/** Says by which name the user knows a value: the kernel knows the top-level names of the cells. */
export function setNames(next: (value: unknown) => string | null): void {
  nameOf = next;
}

/** The name by which the user knows a value, or null. */
export function nameOfValue(value: unknown): string | null {
  return nameOf(value);
}
