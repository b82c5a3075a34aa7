import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { currentOwner } from '../session/client.js';
import { toWireError } from '../session/errors.js';
import { rowsOfArrow, type RowOptions } from './arrowRows.js';
import type { CollectionKind } from './displayable.js';
import { callerLine } from './origin.js';

/** How a function gets rows. */
export interface SubscribeOptions extends RowOptions {
  /** Of a table that changes: each row when it can no longer change (`'final'`), or every change with the column `kind`. */
  readonly emit?: 'final' | 'changes';
  /** Whether the function is called with all rows that came together, as a list. */
  readonly batch?: boolean;
}

/** Rows that a function gets. */
export class Subscription {
  readonly #id: Promise<string>;
  readonly #done: Promise<void>;
  #stopped = false;

  constructor(
    plan: PlanNode,
    kind: CollectionKind,
    each: (row: unknown) => unknown,
    options: SubscribeOptions,
  ) {
    const origin = callerLine();
    const opened = open(plan, kind, options, true);
    this.#id = opened.then(({ subscriptionId }) => subscriptionId);
    this.#id.catch(() => undefined);
    this.#done = this.#run(opened, each, options, origin);
    // In a notebook its cell shows what went wrong; in a script nobody else would.
    if (currentOwner() !== null) this.#done.catch(() => undefined);
  }

  /** No more rows are given to the function. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const subscriptionId = await this.#id;
    await ask({ type: 'subscriptionEnd', subscriptionId, error: null });
  }

  /** Resolves when it has ended: with its input, or by `stop()`. Throws what made it fail, such as an error of the function. */
  finished(): Promise<void> {
    return this.#done;
  }

  async #run(
    opened: ReturnType<typeof open>,
    each: (row: unknown) => unknown,
    options: SubscribeOptions,
    origin: string | null,
  ): Promise<void> {
    const { subscriptionId, fields } = await opened;
    for (;;) {
      const { arrows, ended } = await ask({ type: 'subscriptionNext', subscriptionId });
      if (ended || this.#stopped) return;
      const rows = arrows.flatMap(arrow => rowsOfArrow<object>(arrow, fields, options));
      try {
        if (options.batch === true) await each(rows);
        else {
          for (const row of rows) {
            if (this.#stopped) return;
            const result = each(row);
            // A function that gives no promise does not wait for the next turn of the event loop either.
            if (result instanceof Promise) await result;
          }
        }
      } catch (thrown) {
        const error = failed(thrown, origin);
        await ask({ type: 'subscriptionEnd', subscriptionId, error: toWireError(error) });
        throw error;
      }
    }
  }
}

/** The rows of a plan one after the other. */
export async function* rowsOf<Row>(plan: PlanNode, kind: CollectionKind): AsyncGenerator<Row, void> {
  const { subscriptionId, fields } = await open(plan, kind, {}, false);
  try {
    for (;;) {
      const { arrows, ended } = await ask({ type: 'subscriptionNext', subscriptionId });
      if (ended) return;
      for (const arrow of arrows) yield* rowsOfArrow<Row>(arrow, fields, {});
    }
  } finally {
    await ask({ type: 'subscriptionEnd', subscriptionId, error: null });
  }
}

function open(plan: PlanNode, kind: CollectionKind, { emit = 'final' }: SubscribeOptions, settles: boolean) {
  const pace = kind === 'Table' ? 'full' : 'clock';
  return ask({ type: 'subscribe', plan, owner: currentOwner(), emit, pace, settles });
}

function failed(thrown: unknown, origin: string | null): MillraceError {
  if (thrown instanceof MillraceError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return Object.assign(
    new MillraceError(
      'MR1738',
      `the function that was subscribed failed: ${text}${origin === null ? '' : ` (subscribed ${origin.trim()})`}`,
      'It gets no more rows. Catch what it can go on from, and run its cell again.',
      origin,
    ),
    { cause: thrown },
  );
}
