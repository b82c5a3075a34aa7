import type { HostLink } from 'millrace/session';
import { shownByEngine } from '../display/displayable.js';
import type { PreparedCell, ProvidedType } from './contract.js';
import type { Scope } from './scope.js';

/** A reply never waits longer than this for what is only good for completion and checking. */
const PATIENCE_MS = 2000;

/** Asks the session's host for the row types of the streams and tables that a cell has declared. */
export async function providedTypes(
  cell: PreparedCell,
  scope: Scope,
  link: HostLink,
): Promise<ProvidedType[]> {
  const asked = cell.declares.map(name => providedType(name, scope[name], link));
  if (asked.length === 0) return [];
  const known = await Promise.all(asked.map(answer => within(answer, PATIENCE_MS)));
  return known.filter(type => type !== null);
}

async function providedType(name: string, value: unknown, link: HostLink): Promise<ProvidedType | null> {
  try {
    const shown = shownByEngine(value);
    if (shown?.kind !== 'view') return null;
    const { plan, collection } = shown.displayed;
    if (collection === null) return null;
    const { fields, key, time } = await link.request({ type: 'bind', plan, name });
    return { name, collection, fields, key, time };
  } catch {
    // A plan that cannot be bound is an error where it is used, and says so there.
    return null;
  }
}

async function within<Value>(answer: Promise<Value>, milliseconds: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>(resolve => (timer = setTimeout(resolve, milliseconds, null)));
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
