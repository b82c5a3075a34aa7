import { Signal } from '../runtime/signal.js';
import type { Runtime } from '../runtime/runtime.js';
import type { ParameterValues } from '../plan/parameters.js';
import { sameType } from '../columns/types.js';
import { monotonicMs } from '../sources/receiveClock.js';
import type { SourceBindings, User } from './hostBindings.js';
import { whenCurrent, type Abandon } from './hostCurrent.js';
import type { HeldQuery, QueryRegistry } from './hostQueries.js';

/**
 * A newer value waits so many milliseconds at most for what is being computed of an older one: what is nearly there is shown, so that tables move while
 * a slider is dragged, and what takes long is given up.
 */
const PATIENCE_MS = 500;

/** What is to take the place of a query. */
interface Next {
  readonly user: User;
  readonly before: HeldQuery;
  readonly values: ParameterValues;
  readonly held: HeldQuery;
}

/** What cannot run with the values. */
interface Failed {
  readonly user: User;
  readonly values: ParameterValues;
  readonly error: unknown;
}

/**
 * Computes what depends on plan parameters anew when they change: for everyone who looks at it a query with the new values runs beside the old one,
 * from the beginning of what is kept, and when all of them are where the clock stands they take the old ones' place, at one moment.
 * Values that came meanwhile are next, the latest alone.
 */
export class Recompute {
  readonly #done = new Signal();
  #running = false;
  #startedMs = 0;
  #abandon: (() => void) | null = null;
  /** Takes back that it is given up later. */
  #cancel: (() => void) | null = null;

  constructor(
    readonly runtime: Runtime,
    readonly queries: QueryRegistry,
    readonly bindings: SourceBindings,
    readonly session: {
      /** Who looks at tables now. */
      users(): readonly User[];
      /** The values that parameters have now. */
      values(): ParameterValues;
      /** Computing begins, or is over. */
      told(): void;
    },
  ) {}

  get computing(): boolean {
    return this.#running;
  }

  /** Values, or who looks at them, may have changed. */
  wake(): void {
    if (this.#running) {
      this.#overtake();
      return;
    }
    if (!this.session.users().some(user => this.#isStale(user))) return;
    this.#running = true;
    this.session.told();
    void this.#run();
  }

  /** Resolves when everything has the present values. */
  async settled(): Promise<void> {
    while (this.#running) await this.#done.wait();
  }

  async #run(): Promise<void> {
    for (;;) {
      const stale = this.session.users().filter(user => this.#isStale(user));
      if (stale.length === 0) break;
      await this.#compute(stale);
    }
    this.#running = false;
    this.session.told();
    this.#done.wake();
  }

  /** Gives up what is computed of older values, at once where it has taken long, else when it has. */
  #overtake(): void {
    const abandon = this.#abandon;
    if (abandon === null || !this.session.users().some(user => this.#isStale(user))) return;
    const { world } = this.runtime.options;
    const wait = PATIENCE_MS - (monotonicMs(world) - this.#startedMs);
    if (wait <= 0) abandon();
    else this.#cancel ??= world.after(wait, abandon);
  }

  async #compute(users: readonly User[]): Promise<void> {
    this.#startedMs = monotonicMs(this.runtime.options.world);
    const abandon = new Abandonment();
    this.#abandon = () => abandon.end();
    const values: ParameterValues = new Map(this.session.values());
    const next: Next[] = [];
    const failed: Failed[] = [];
    for (const user of users) {
      if (abandon.isOver) break;
      const before = user.held;
      const wanted = this.bindings.valuesOf(user.plan, values);
      try {
        const plan = await this.bindings.resolve(user.plan, true, { values });
        const held = await this.queries.hold(plan, user.rebound !== undefined);
        next.push({ user, before, values: wanted, held });
      } catch (error) {
        failed.push({ user, values: wanted, error });
      }
    }
    // One that fails on its way takes the old one's place as well: what is shown says that it has failed.
    await Promise.all(
      next.map(({ held }) => whenCurrent(held, this.runtime, abandon).catch(() => undefined)),
    );
    this.#abandon = null;
    this.#cancel?.();
    this.#cancel = null;
    const over = abandon.isOver ? next.map(({ held }) => held) : this.#swap(next, failed);
    await Promise.all(over.map(held => this.queries.release(held)));
  }

  /** Puts queries in the places of the old ones; returns those that nobody holds any more. */
  #swap(next: readonly Next[], failed: readonly Failed[]): HeldQuery[] {
    const present = new Set(this.session.users());
    const over: HeldQuery[] = [];
    for (const { user, before, values, held } of next) {
      // Gone meanwhile, or over other sources: then it is looked at again.
      if (!present.has(user) || user.held !== before) {
        over.push(held);
        continue;
      }
      user.held = held;
      user.values = values;
      user.failed?.(null);
      user.rebound?.();
      over.push(before);
    }
    for (const { user, values, error } of failed) {
      user.values = values;
      if (present.has(user)) user.failed?.(error);
    }
    return over;
  }

  #isStale({ plan, values }: User): boolean {
    const present = this.session.values();
    for (const [name, { type }] of this.bindings.parametersOf(plan)) {
      const value = present.get(name);
      if (value !== undefined && sameType(value.type, type) && values.get(name)?.value !== value.value)
        return true;
    }
    return false;
  }
}

/** A computing that may be given up. */
class Abandonment implements Abandon {
  readonly #listeners = new Set<() => void>();
  isOver = false;

  onOver(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.isOver = true;
    for (const listener of [...this.#listeners]) listener();
  }
}
