import { decodeArrow, encodeArrow } from '../codecs/arrow.js';
import { MillraceError } from '../columns/error.js';
import type { Applied, Exchange, FunctionCall } from '../operators/apply.js';
import type { Threads } from '../operators/threads.js';
import { fromWireError } from './errors.js';
import type { FunctionResult, HostEvent } from './protocol.js';

/** A function of the user's that failed, or that is not there any more. */
export class FunctionError extends MillraceError {
  override readonly name = 'FunctionError';
}

interface Pending {
  readonly run: string;
  readonly done: (applied: Applied) => void;
  readonly failed: (error: unknown) => void;
}

/** The host's end of the exchange with the users' functions: calls go out as events, and come back as requests. */
export class HostFunctions implements Exchange {
  readonly #pending = new Map<number, Pending>();
  readonly #tell: (event: HostEvent) => void;
  #lastCall = 0;
  #lastRun = 0;
  /** Functions of clients that are gone. */
  readonly #known = new Set<string>();
  readonly #gone = new Set<string>();

  /**
   * @param now how far the session clock is, in microseconds
   * @param threads where closure-free functions run
   */
  constructor(
    tell: (event: HostEvent) => void,
    readonly now: () => number,
    readonly threads?: Threads,
  ) {
    this.#tell = tell;
  }

  begin(): string {
    return `r${++this.#lastRun}`;
  }

  call({ run, fn, batch }: FunctionCall, done: Pending['done'], failed: Pending['failed']): void {
    if (this.#gone.has(fn)) {
      failed(gone());
      return;
    }
    this.#known.add(fn);
    const callId = ++this.#lastCall;
    const now = this.now();
    this.#pending.set(callId, { run, done, failed });
    this.#tell({
      type: 'apply',
      callId,
      run,
      fn,
      fields: batch.schema.fields,
      arrow: encodeArrow(batch.schema.fields, batch.columns, batch.length),
      nowUs: Number.isFinite(now) ? now : null,
    });
  }

  end(run: string): void {
    for (const [callId, pending] of this.#pending) if (pending.run === run) this.#pending.delete(callId);
    this.#tell({ type: 'applyEnd', run });
  }

  /** Takes the results of a call. */
  answer(callId: number, result: FunctionResult): void {
    const pending = this.#pending.get(callId);
    if (pending === undefined) return;
    this.#pending.delete(callId);
    if (!result.ok) {
      const { code, text, hint, origin } = fromWireError(result.error);
      pending.failed(new FunctionError(code, text, hint, origin));
      return;
    }
    const { columns, length } = decodeArrow(result.arrow);
    pending.done({ columns, length, rows: result.rows });
  }

  /** The process of all functions so far has ended: what waits for them fails, and so does what calls them later. */
  clientGone(): void {
    for (const fn of this.#known) this.#gone.add(fn);
    for (const [callId, { failed }] of [...this.#pending]) {
      this.#pending.delete(callId);
      failed(gone());
    }
  }
}

function gone(): FunctionError {
  return new FunctionError(
    'MR5401',
    'the process in which your function was made has ended.',
    'Run the cell that makes it again, and the cells that use it.',
  );
}
