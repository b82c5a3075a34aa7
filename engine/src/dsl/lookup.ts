import { MillraceError } from '../columns/error.js';
import { parseDuration, type DurationText } from '../columns/duration.js';
import type { Field } from '../columns/types.js';
import { applyNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import { rowsOfArrow } from './arrowRows.js';
import { joinKeys, RIGHT_SUFFIX } from './joinKeys.js';
import type { Flat } from './kinds.js';
import { LookupCache } from './lookupCache.js';
import { made } from './origin.js';
import type { RowSchema } from './types.js';
import { keyText, registerFunction, rowObject, type BatchFunction } from './userFunctions.js';

/** How the answers of a lookup are kept. */
export interface CacheOptions {
  /** So many keys at most: those that were asked for longest ago go first. */
  readonly rows: number;
  /** For so long, by the session clock (for ever). Where everything is read at once, no time passes. */
  readonly ttl?: DurationText;
}

/** Rows that a function of yours finds by their keys: what `lookup` makes. */
export interface Lookup<Key, Found> {
  readonly name: string;
  readonly by: RowSchema<Key>;
  readonly returns: RowSchema<Found>;
  readonly find: (keys: readonly Key[]) => Promise<readonly Flat<Key & Found>[]>;
}

/**
 * Rows that a function of yours finds by their keys, for `lookupJoin`: in a database, behind an address. It gets different keys, and gives the rows that
 * there are of them in any order, with their keys: none, one or several of each. It runs where it was made (see `udf`), in batches.
 *
 * @param name what plans and errors call it
 * @throws MillraceError `MR1801` (when the rows are read) where the function fails
 * @example
 * const people = lookup('people', { by: schema({ id: string }), returns: schema({ name: string }) }, keys => database.people(keys.map(key => key.id)));
 * orders.lookupJoin(people, { by: { customer: 'id' }, cache: { rows: 10_000, ttl: '1 min' } })
 */
export function lookup<Key, Found>(
  name: string,
  types: { readonly by: RowSchema<Key>; readonly returns: RowSchema<Found> },
  find: (keys: readonly Key[]) => Promise<readonly Flat<Key & Found>[]>,
): Lookup<Key, Found> {
  return { name, ...types, find };
}

/** Whether it is what `lookup` makes. */
export function isLookup(value: object): value is Lookup<unknown, unknown> {
  return 'find' in value;
}

interface PlainOptions {
  readonly by: unknown;
  readonly how?: 'left' | 'inner';
  readonly suffix?: string;
  readonly cache?: CacheOptions;
}

/** The plan of a `lookupJoin` with what a function finds. */
export function lookupPlan(
  input: PlanNode,
  found: Lookup<unknown, unknown>,
  options: PlainOptions,
): PlanNode {
  const { name, by, returns, find } = found;
  const { how = 'left', suffix = RIGHT_SUFFIX, cache } = options;
  const keys = joinKeys(options.by);
  const args = by.fields.map(field => keys.find(key => key.right === field.name)?.left);
  if (args.includes(undefined) || keys.length !== args.length) {
    const names = by.fields.map(field => `'${field.name}'`).join(', ');
    throw new MillraceError(
      'MR2174',
      `lookupJoin() has to say the columns that '${name}' is asked for, which are ${names}, and no others.`,
      `Say which are equal: { by: { column: ${names.split(', ')[0]} } }.`,
    );
  }
  const fields = returns.fields
    .filter(field => by.fields.every(key => key.name !== field.name))
    .map((field): Field => ({ ...field, nullable: field.nullable || how === 'left' }));
  const ttlUs = cache?.ttl === undefined ? Infinity : parseDuration(cache.ttl, 'a time to keep answers');
  const held = new LookupCache(find as never, by.fields, cache?.rows ?? 0, ttlUs);
  const label = `the lookup '${name}'`;
  const id = registerFunction(label, fields, foundRows(held, by.fields, fields, how, label));
  return made(
    applyNode({
      input,
      form: 'lookup',
      fn: id,
      name,
      args: args as string[],
      by: [],
      returns: fields,
      takes: by.fields,
      suffix,
    }),
  );
}

/** Finds the rows of a batch's keys: a key with a NULL has none. */
function foundRows(
  cache: LookupCache,
  takes: readonly Field[],
  fields: readonly Field[],
  how: 'left' | 'inner',
  label: string,
): BatchFunction {
  return async ({ arrow, fields: given, nowUs }) => {
    const keys = rowsOfArrow<Record<string, unknown>>(arrow, given, {}).map(row => {
      const values = given.map(({ name }) => row[name]);
      if (values.includes(null)) return null;
      return {
        text: keyText(values),
        key: Object.fromEntries(takes.map(({ name }, k) => [name, values[k]])),
      };
    });
    const found = await cache.find(
      keys.filter(key => key !== null),
      nowUs,
    );
    const rows: (Record<string, unknown> | null)[] = [];
    const at: number[] = [];
    keys.forEach((key, row) => {
      const met = key === null ? [] : found.get(key.text)!;
      for (const each of met) rows.push(rowObject(each, label));
      if (met.length === 0 && how === 'left') rows.push(null);
      while (at.length < rows.length) at.push(row);
    });
    const columns = fields.map(field => rows.map(row => row?.[field.name] ?? null));
    return { columns, rows: Int32Array.from(at) };
  };
}
