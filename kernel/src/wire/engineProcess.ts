import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HostEvent, HostRequest, WireError } from 'millrace/session';
import { entryOf } from '../entries.js';
import type { FromEngine, ToEngine } from '../engine/messages.js';
import type { FileCall } from '../language/outside.js';
import type { HostResult } from '../runner/outputMessages.js';

const ENTRY = fileURLToPath(entryOf('engine'));
/** An engine that ends sooner than this after its start is not started again at once. */
const SOON_MS = 2_000;
/** How long sinks and recordings have to write what they hold when the kernel ends: Jupyter kills it after five seconds. */
const CLOSE_MS = 2_500;

export interface EngineEvents {
  /** A message for a front end's comm. */
  comm(message: Extract<FromEngine, { type: 'comm' }>): void;
  event(event: HostEvent): void;
  /** The process has ended: streams, tables and views are gone. `why` is a sentence. */
  lost(why: string): void;
  /** Another process has taken its place. */
  restarted(): void;
}

/** The engine process, started again when it ends. */
export class EngineProcess {
  readonly #directory: string;
  readonly #heapMb: number | null;
  readonly #events: EngineEvents;
  readonly #waiting = new Map<number, (result: HostResult) => void>();
  #child: ChildProcess | null = null;
  #lastId = 0;
  #startedAt = 0;
  #closing = false;

  constructor(directory: string, heapMb: number | null, events: EngineEvents) {
    this.#directory = directory;
    this.#heapMb = heapMb;
    this.#events = events;
  }

  /** Starts the process: before that nothing may be sent. */
  begin(): void {
    this.#child ??= this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  send(message: ToEngine): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  /** Asks the session's host. Always resolves; with an error where the engine ends before it has answered. */
  request(request: HostRequest): Promise<HostResult> {
    return this.#ask(id => ({ type: 'request', id, request }));
  }

  /** Asks what a file is like, with up to so many rows. */
  look(call: FileCall, limit: number): Promise<HostResult> {
    return this.#ask(id => ({ type: 'look', id, call, limit }));
  }

  #ask(message: (id: number) => ToEngine): Promise<HostResult> {
    if (this.#child?.connected !== true)
      return Promise.resolve({ ok: false, error: lostError('The engine is starting again.') });
    const id = ++this.#lastId;
    return new Promise(resolve => {
      this.#waiting.set(id, resolve);
      this.send(message(id));
    });
  }

  /** Ends the process once its files are closed; one that does not come to that is killed. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
    const killing = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    if (child.connected) this.send({ type: 'end' });
    else child.kill('SIGKILL');
    await gone;
    clearTimeout(killing);
  }

  #start(): ChildProcess {
    this.#startedAt = performance.now();
    const child = fork(ENTRY, [], {
      cwd: this.#directory,
      execArgv: this.#heapMb === null ? [] : [`--max-old-space-size=${this.#heapMb}`],
      // What it prints is for whoever started the kernel, not for a cell.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    child.on('message', message => this.#receive(message as FromEngine));
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => this.#ended(signal ?? `exit code ${code ?? 0}`));
    return child;
  }

  #receive(message: FromEngine): void {
    if (message.type === 'comm') this.#events.comm(message);
    else if (message.type === 'event') this.#events.event(message.event);
    else {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      waiting?.(message.result);
    }
  }

  #ended(how: string): void {
    const why = `The engine process has ended (${how}): its streams and tables are gone. Run the cells that made them again.`;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve({ ok: false, error: lostError(why) });
    if (this.#closing) return;
    this.#events.lost(why);
    const wait = performance.now() - this.#startedAt < SOON_MS ? SOON_MS : 0;
    setTimeout(() => {
      if (this.#closing) return;
      this.#child = this.#start();
      this.#events.restarted();
    }, wait);
  }
}

function lostError(message: string): WireError {
  return { name: 'EngineLost', code: 'MR1950', message, hint: null, origin: null, node: null };
}
