import { PIN_MIME, type PinOutput, type PinnedResultOutput } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import { planNodes, planSources } from '../plan/children.js';
import { ask } from '../session/ask.js';
import { currentOwner, nameOfValue } from '../session/client.js';
import { replay } from './fileSources.js';
import { Recording } from './recording.js';

/** Which file a notebook was made with, and what it gave. As a cell's last value it is kept in the notebook. */
export class Pin implements PinOutput {
  constructor(
    /** The file, as it was named. */
    readonly file: string,
    /** SHA-256 of a recording's arrivals, or of another file's bytes: what `replay(…, { hash })` takes. */
    readonly hash: string,
    readonly rows: number,
    /** The earliest and the latest event time, as ISO text; null where there is none. */
    readonly from: string | null,
    readonly to: string | null,
  ) {}

  [Symbol.for('Jupyter.display')](): Readonly<Record<string, unknown>> {
    const { file, hash, rows, from, to } = this;
    const span = from === null ? '' : ` from ${from} to ${String(to)}`;
    return {
      [PIN_MIME]: { file, hash, rows, from, to },
      'text/plain': `${file}: ${rows} rows${span}\nsha256 ${hash}`,
    };
  }

  /** What the output's metadata has of it, whatever front end saves the notebook. */
  [Symbol.for('millrace.outputMetadata')](): Readonly<Record<string, unknown>> {
    const { file, hash, rows, from, to } = this;
    return { millrace: { pins: { [file]: { hash, rows, from, to } } } };
  }
}

/** What a query gave at the end of its input. As a cell's last value it is kept in the notebook. */
export class PinnedResult implements PinnedResultOutput {
  constructor(
    /** Under which it is pinned. */
    readonly result: string,
    /** Of all rows, in whatever order: 32 hexadecimal digits. */
    readonly hash: string,
    readonly rows: number,
    /** Name and type of the columns, as users write them. */
    readonly columns: readonly (readonly [name: string, type: string])[],
  ) {}

  [Symbol.for('Jupyter.display')](): Readonly<Record<string, unknown>> {
    const { result, hash, rows, columns } = this;
    const shown = columns.map(([name]) => name).join(', ');
    return {
      [PIN_MIME]: { result, hash, rows, columns },
      'text/plain': `${result}: ${rows} rows of ${shown}\nhash ${hash}`,
    };
  }

  /** What the output's metadata has of it, whatever front end saves the notebook. */
  [Symbol.for('millrace.outputMetadata')](): Readonly<Record<string, unknown>> {
    const { result, hash, rows, columns } = this;
    return { millrace: { results: { [result]: { hash, rows, columns } } } };
  }
}

export interface PinOptions {
  /** Pins what is there now, whatever was pinned before. */
  readonly renew?: boolean;
}

export interface ResultPinOptions extends PinOptions {
  /** Under which a result is pinned: by default the name of the variable that it is in, else what its plan does. */
  readonly name?: string;
}

/**
 * Pins what a notebook was made with, or what it gives. Pins are kept beside the notebook (in `millrace.pins.json`) and in the cell's output.
 *
 * Of a recording, or another file that is replayed: its hash, how many rows it gives and from when to when. From then on whoever reads the
 * file in that folder is told if it is another one.
 *
 * Of a query or a table: its columns and rows at the end of its input, whatever their order; floating point numbers to 12 digits. Replays are read
 * to their end for it; a live feed that comes to an end is awaited. When it is run again and gives other rows, it tells which. Up to 10,000 rows
 * (or 1 MB of text) are kept; of more, hashes of stretches of a thousand.
 *
 * @param what a path, a recording, or a stream or table: of a file as it is read, or a result
 * @param options.renew pins what is there now, whatever was pinned before
 * @param options.name of a result: by default that of its variable
 * @throws MillraceError `MR1728` for what cannot be pinned; `MR3816` where the file is not the one that was pinned, with both; `MR3819` where it
 *   gives other rows than then; `MR3201` where there is none; `MR3821` for a result that is never final; `MR3822` where it is not the one that was
 *   pinned, with the rows; `MR3823` where another cell pins another result under the name; `MR3824` where rows were dropped
 * @example
 * const trades = replay('trades.mrec', { as: exchange.binance({ channel: 'trades', symbols: ['BTCUSDT'] }) });
 * await pin(trades);
 * const bars = trades.window(tumble('1 min')).aggregate(t => ({ vwap: vwap(t.price, t.quantity) }));
 * await pin(bars)
 */
export async function pin(what: string | Recording, options?: PinOptions): Promise<Pin>;
export async function pin(
  what: { readonly plan: PlanNode },
  options?: ResultPinOptions,
): Promise<Pin | PinnedResult>;
export async function pin(
  what: string | Recording | { readonly plan: PlanNode },
  options: ResultPinOptions = {},
): Promise<Pin | PinnedResult> {
  const { renew = false } = options;
  const owner = currentOwner();
  const { plan } = typeof what === 'string' || what instanceof Recording ? replay(what) : (what ?? {});
  if (typeof plan !== 'object') {
    throw new MillraceError(
      'MR1728',
      'pin() is of a recording or another file, or of a stream, table or query.',
      "Write await pin('trades.mrec'), pin(replay('trades.csv', { time: 'ts' })), or pin(bars).",
    );
  }
  if (plan.kind === 'source' && typeof plan.options.path === 'string') {
    const { file, hash, rows, from, to } = await ask({ type: 'pin', plan, renew, owner });
    return new Pin(file, hash, rows, from, to);
  }
  const name = options.name ?? nameOfValue(what) ?? planName(plan);
  const { hash, rows, columns } = await ask({ type: 'pinResult', plan, name, renew, owner });
  return new PinnedResult(name, hash, rows, columns);
}

/** What a plan reads and does: the same for as long as only numbers in it change. */
function planName(plan: PlanNode): string {
  const sources = planSources(plan).map(({ name }) => name);
  const steps = planNodes(plan).flatMap(({ kind }) => (kind === 'source' ? [] : [kind]));
  return [sources.join('+'), ...steps].join('.');
}
