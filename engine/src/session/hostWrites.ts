import { canonicalJson, hashText, planHash } from '../plan/hash.js';
import type { Runtime } from '../runtime/runtime.js';
import type { SinkConnector } from '../sinks/sink.js';
import type { QueryRegistry } from './hostQueries.js';
import type { HostReplies, WriteProgress } from './protocol.js';
import { SUBSCRIPTION } from './hostSubscriptions.js';
import { WriteJob } from './writeJob.js';
import { planWrite, WriteError, type WriteRequest } from './writePlan.js';

/** So many writes that have ended are remembered. */
const ENDED_KEPT = 32;
const LATER_MS = 1000;

/** The writes of a session: they go on in the engine, whatever becomes of the cell's process. */
export class WriteRegistry {
  readonly #jobs = new Map<string, WriteJob>();
  /** Writes of owners that are run again, until they have run. */
  readonly #retired = new Map<string, Set<WriteJob>>();
  #lastId = 0;

  constructor(
    readonly runtime: Runtime,
    readonly queries: QueryRegistry,
    readonly sinks: readonly SinkConnector[],
    /** Shows a line under the cell that made a write. */
    readonly notice: (owner: string | null, text: string) => void,
  ) {}

  /**
   * Begins a write. A live one that the owner's cell made before, and makes again as it was, goes on; one of another plan to the same place
   * is ended first.
   */
  async start(request: WriteRequest): Promise<HostReplies['write']> {
    const owner = request.owner ?? null;
    const target = hashText(canonicalJson({ sink: request.sink, options: request.options }));
    const { emit = 'final', pace = 'full' } = request;
    const key = [planHash(request.plan), target, emit, pace].join(' ');
    const retired = owner === null ? undefined : this.#retired.get(owner);
    for (const job of retired ?? []) {
      if (job.key === key && job.live && job.isOpen) {
        retired?.delete(job);
        return { writeId: job.writeId, live: true };
      }
      if (job.target !== target) continue;
      retired?.delete(job);
      await job.stop();
    }
    const plan = await planWrite(request, this.runtime, this.sinks);
    const names = { writeId: `w${++this.#lastId}`, owner, key, target, sink: sinkText(request) };
    const job = await WriteJob.open(names, request, plan, this);
    this.#jobs.set(job.writeId, job);
    this.#forgetOld();
    return { writeId: job.writeId, live: job.live };
  }

  progress(writeId: string): WriteProgress {
    return this.#get(writeId).progress();
  }

  /** How far a write is a second later, or at its end. */
  async later(writeId: string): Promise<WriteProgress> {
    const job = this.#get(writeId);
    await Promise.race([
      job.ended.catch(() => undefined),
      new Promise<void>(resolve => this.runtime.options.world.after(LATER_MS, resolve)),
    ]);
    return job.progress();
  }

  /** How a write ended, once it has. Throws what made it fail. */
  async ended(writeId: string): Promise<WriteProgress> {
    const job = this.#get(writeId);
    await job.ended;
    return job.progress();
  }

  async stop(writeId: string): Promise<WriteProgress> {
    const job = this.#get(writeId);
    await job.stop();
    await job.ended;
    return job.progress();
  }

  /** Resolves when no write is under way whose input has come to its end. */
  async settled(): Promise<void> {
    await Promise.all([...this.#jobs.values()].map(job => job.settled()));
  }

  /** Ends what gives rows to functions: of an owner, or all. They are made anew, and must not run beside those. */
  endSubscriptions(owner?: string): void {
    for (const job of this.#jobs.values())
      if (job.connector === SUBSCRIPTION && (owner === undefined || job.owner === owner)) void job.stop();
  }

  /** The owner's cell begins to run again. */
  retire(owner: string): void {
    this.endSubscriptions(owner);
    const jobs = this.#owned(owner).filter(job => job.isOpen && job.connector !== SUBSCRIPTION);
    this.#retired.set(owner, new Set([...(this.#retired.get(owner) ?? []), ...jobs]));
  }

  /** The owner's cell has run: what it did not make again is ended. */
  async settle(owner: string): Promise<void> {
    const retired = this.#retired.get(owner) ?? [];
    this.#retired.delete(owner);
    await Promise.all([...retired].map(job => job.stop()));
  }

  async releaseAll(owner?: string): Promise<void> {
    const jobs = owner === undefined ? [...this.#jobs.values()] : this.#owned(owner);
    if (owner !== undefined) this.#retired.delete(owner);
    await Promise.all(jobs.map(job => job.stop()));
  }

  /** Those that go on. */
  get open(): readonly WriteJob[] {
    return [...this.#jobs.values()].filter(job => job.isOpen);
  }

  /** How far each is, with the kind of its sink. */
  get shown(): readonly { readonly progress: WriteProgress; readonly connector: string }[] {
    return [...this.#jobs.values()].map(job => ({ progress: job.progress(), connector: job.connector }));
  }

  stats(): readonly WriteProgress[] {
    return [...this.#jobs.values()].map(job => job.progress());
  }

  #owned(owner: string): WriteJob[] {
    return [...this.#jobs.values()].filter(job => job.owner === owner);
  }

  #get(writeId: string): WriteJob {
    const job = this.#jobs.get(writeId);
    if (job !== undefined) return job;
    throw new WriteError('MR3902', `there is no write '${writeId}'.`, 'Run the cell that makes it again.');
  }

  #forgetOld(): void {
    const over = [...this.#jobs.values()].filter(job => !job.isOpen);
    for (const job of over.slice(0, Math.max(0, over.length - ENDED_KEPT))) this.#jobs.delete(job.writeId);
  }
}

/** What a write goes to, without what nobody should see. */
function sinkText({ sink, options }: WriteRequest): string {
  const place = options.path ?? options.table ?? options.topic ?? options.port;
  const shown = typeof place === 'number' || typeof place === 'string' ? ` '${place}'` : '';
  return `${sink}${shown}`;
}
