import { tableFromColumns, tableToIPC } from '@uwdata/flechette';
import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import { toWireError } from '../session/errors.js';
import { currentLink, onLink } from '../session/client.js';
import type { FunctionResult, HostEvent, HostLink } from '../session/protocol.js';
import { arrowColumn } from './arrowColumns.js';
import { columnsOfArrow, rowsOfArrow } from './arrowRows.js';
import { callerLine } from './origin.js';

/** What a registered function gives: columns, and the row of the call that each of their rows is of (null: one each). */
interface BatchResult {
  readonly columns: readonly (readonly unknown[])[];
  readonly rows: Int32Array | null;
}

/** What a registered function does with the rows of one call. */
export type BatchFunction = (call: {
  readonly arrow: Uint8Array;
  readonly fields: readonly Field[];
  readonly run: string;
  /** How far the session clock is, in microseconds; null: everything is read at once. */
  readonly nowUs: number | null;
}) => BatchResult | Promise<BatchResult>;

interface Registered {
  readonly name: string;
  readonly returns: readonly Field[];
  readonly apply: BatchFunction;
  /** The user's line that made it. */
  readonly origin: string | null;
}

/** Ids of this process's functions begin so: of several clients of one host, each answers for its own. */
const CLIENT = Math.random().toString(36).slice(2, 10);
const registered = new Map<string, Registered>();
/** The states of `scan`, by run and key. */
const states = new Map<string, Map<string, unknown>>();
const listening = new WeakSet<HostLink>();

/** Registers a function under an id that plans name it by. It stays for the life of the process, as its plans may. */
export function registerFunction(name: string, returns: readonly Field[], apply: BatchFunction): string {
  const id = `${CLIENT}-${registered.size + 1}`;
  registered.set(id, { name, returns, apply, origin: callerLine() });
  onLink(listen);
  return id;
}

function listen(link: HostLink): void {
  if (listening.has(link)) return;
  listening.add(link);
  link.onEvent(event => receive(event));
}

function receive(event: HostEvent): void {
  if (event.type === 'applyEnd') states.delete(event.run);
  if (event.type !== 'apply') return;
  const known = registered.get(event.fn);
  if (known === undefined) return;
  const answer = (result: FunctionResult): void =>
    void currentLink().request({ type: 'applied', callId: event.callId, result });
  try {
    const result = known.apply(event);
    if (!(result instanceof Promise)) answer(resultOf(known, () => result));
    else
      result.then(
        found => answer(resultOf(known, () => found)),
        (error: unknown) => answer(resultOf(known, () => thrown(error))),
      );
  } catch (error) {
    answer(resultOf(known, () => thrown(error)));
  }
}

function thrown(error: unknown): never {
  throw error;
}

function resultOf(known: Registered, given: () => BatchResult): FunctionResult {
  try {
    const { columns, rows } = given();
    const table = tableFromColumns(
      known.returns.map((field, at) => [field.name, arrowColumn(field, checked(known, field, columns[at]))]),
    );
    const arrow = tableToIPC(table, { format: 'stream' });
    if (arrow === null) throw new MillraceError('MR9003', 'the results could not be encoded.');
    return { ok: true, arrow, rows };
  } catch (error) {
    if (error instanceof MillraceError)
      return { ok: false, error: { ...toWireError(error), origin: known.origin } };
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const failure = new MillraceError(
      'MR1801',
      `${known.name} failed: ${text}`,
      'Handle the rows that it cannot take, or leave them out with where().',
    );
    return { ok: false, error: { ...toWireError(failure), origin: known.origin } };
  }
}

function checked(known: Registered, field: Field, values: readonly unknown[]): readonly unknown[] {
  if (field.nullable || !values.some(value => value === null || value === undefined)) return values;
  throw new MillraceError(
    'MR1802',
    `${known.name} gave no value for '${field.name}', which is never NULL as declared.`,
    `Give one for every row, or declare it: ${field.name}: ….nullable().`,
  );
}

/** A function of one row's values, called where every argument that must not be NULL has a value; NULL elsewhere. */
export function valueFunction(
  fn: (...values: never[]) => unknown,
  takesNull: readonly boolean[],
): BatchFunction {
  return ({ arrow, fields }) => {
    const columns = columnsOfArrow(arrow, fields, {});
    const length = columns.length === 0 ? 0 : columns[0].values.length;
    const out = Array.from({ length }, (_, row) => {
      const values = columns.map(({ values: column }) => column[row]);
      if (values.some((value, at) => value === null && !takesNull[at])) return null;
      return fn(...(values as never[]));
    });
    return { columns: [out], rows: null };
  };
}

/** A function of a row. */
export function rowFunction(
  fn: (row: never) => unknown,
  returns: readonly Field[],
  name: string,
): BatchFunction {
  return ({ arrow, fields }) => {
    const results = rowsOfArrow(arrow, fields, {}).map(row => rowObject(fn(row as never), name));
    return { columns: returns.map(field => results.map(row => row[field.name] ?? null)), rows: null };
  };
}

/** A step of a row and the state of its key. */
export function scanFunction(
  init: () => unknown,
  step: (state: never, row: never) => unknown,
  {
    by,
    returns,
    name,
  }: { readonly by: readonly string[]; readonly returns: readonly Field[]; readonly name: string },
): BatchFunction {
  return ({ arrow, fields, run }) => {
    let held = states.get(run);
    if (held === undefined) states.set(run, (held = new Map()));
    const rows: Record<string, unknown>[] = [];
    const at: number[] = [];
    rowsOfArrow<Record<string, unknown>>(arrow, fields, {}).forEach((row, k) => {
      const key = keyText(by.map(column => row[column]));
      const before = held.has(key) ? held.get(key) : init();
      const result = rowObject(step(before as never, row as never), name);
      held.set(key, result.state);
      if (result.out === null || result.out === undefined) return;
      rows.push(rowObject(result.out, name));
      at.push(k);
    });
    return {
      columns: returns.map(field => rows.map(row => row[field.name] ?? null)),
      rows: Int32Array.from(at),
    };
  };
}

export function rowObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new MillraceError(
    'MR1803',
    `${name} gave ${String(value)} instead of an object.`,
    "Return one, such as map's row or scan's { state, out }.",
  );
}

/** Equal values of keys have equal texts, and no others. */
export function keyText(values: readonly unknown[]): string {
  return JSON.stringify(values.map(value => (value === null ? null : `${typeof value} ${String(value)}`)));
}
