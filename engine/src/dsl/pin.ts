import { PIN_MIME, type PinOutput } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
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

/**
 * Pins a recording, or another file that is replayed: its hash, how many rows it gives and from when to when. They are kept beside the notebook (in
 * `millrace.pins.json`) and in the cell's output. From then on whoever reads the file in that folder is told if it is another one.
 *
 * @param what a path, a recording, or a stream or table of a file as it is read
 * @param options.renew pins what is there now, whatever was pinned before
 * @throws MillraceError `MR1728` for what is no file; `MR3816` where the file is not the one that was pinned, with both hashes; `MR3819` where it
 *   gives other rows than then; `MR3201` where there is none
 * @example
 * const trades = replay('trades.mrec', { as: exchange.binance({ channel: 'trades', symbols: ['BTCUSDT'] }) });
 * await pin(trades)
 */
export async function pin(
  what: string | Recording | { readonly plan: PlanNode },
  options: { readonly renew?: boolean } = {},
): Promise<Pin> {
  if (typeof what !== 'string' && !(what instanceof Recording) && what?.plan?.kind !== 'source') {
    throw new MillraceError(
      'MR1728',
      'pin() is of a recording or another file, and not of what is made of its rows.',
      "Write await pin('trades.mrec'), or pin(replay('trades.csv', { time: 'ts' })).",
    );
  }
  const { plan } = typeof what === 'string' || what instanceof Recording ? replay(what) : what;
  const { file, hash, rows, from, to } = await ask({ type: 'pin', plan, renew: options.renew ?? false });
  return new Pin(file, hash, rows, from, to);
}
