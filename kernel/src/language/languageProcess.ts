import { fork, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Answer, Call, Question, Told } from './messages.js';
import { discard, isFresh, snapshotPlace } from './snapshot/store.js';

const ENTRY = fileURLToPath(new URL('./main.js', import.meta.url));
const SNAPSHOT_BUILDER = fileURLToPath(new URL('./snapshot/build.js', import.meta.url));
/** How long after a start without a snapshot one is made for the next: what the user waits for goes first. */
const SNAPSHOT_AFTER_MS = 4_000;
/** A process that ends before it was ready is started again after this time. */
const RETRY_MS = 2_000;
/** A priority that leaves the processors to whoever wants them. */
const LOW_PRIORITY = 15;

interface LanguageProcessEvents {
  answer(answer: Extract<Answer, { readonly value: unknown }>): void;
  question(question: Question): void;
  /** The process has ended and knows no cell any more; another one has taken its place. `why` is a sentence. */
  lost(why: string): void;
  /** The process did not come up, from its snapshot or at all; another one has taken its place and wants the calls again. */
  again(): void;
}

/**
 * The process of the language service. It starts from a snapshot, in which the types that every cell needs are there already, where
 * there is one of this kernel under this Node; else from the files, and then a snapshot is made for the next time.
 */
export class LanguageProcess {
  readonly #directory: string;
  readonly #events: LanguageProcessEvents;
  readonly #place = snapshotPlace(process.env);
  #child: ChildProcess | null = null;
  #builder: ChildProcess | null = null;
  #building: NodeJS.Timeout | null = null;
  #closing = false;

  constructor(directory: string, events: LanguageProcessEvents) {
    this.#directory = directory;
    this.#events = events;
  }

  /** Starts the process: before that nothing may be sent. */
  begin(): void {
    this.#child ??= this.#start();
  }

  send(message: Call | Told): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  /** Ends the process. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#building !== null) clearTimeout(this.#building);
    if (this.#builder !== null) endGroup(this.#builder);
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  #start(): ChildProcess {
    const place = this.#place !== null && isFresh(this.#place) ? this.#place : null;
    const child = fork(ENTRY, [], {
      cwd: this.#directory,
      execArgv: place === null ? [] : ['--snapshot-blob', place.blob],
      // What it prints is for whoever started the kernel, not for a cell.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    let isReady = false;
    child.on('message', message => {
      const told = message as Answer | Question;
      if ('question' in told) this.#events.question(told);
      else if (told.id !== null) this.#events.answer(told);
      else isReady = true;
    });
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      if (this.#closing) return;
      if (isReady) {
        this.#child = this.#start();
        this.#events.lost(lost(signal ?? `exit code ${code ?? 0}`));
        return;
      }
      if (place !== null) discard(place);
      // A process that does not come up from its files either is not started over and over.
      setTimeout(() => this.#startAgain(), place === null ? RETRY_MS : 0);
    });
    if (place === null) this.#buildLater();
    return child;
  }

  #startAgain(): void {
    if (this.#closing) return;
    this.#child = this.#start();
    this.#events.again();
  }

  #buildLater(): void {
    if (this.#place === null || this.#building !== null) return;
    this.#building = setTimeout(() => {
      const builder = fork(SNAPSHOT_BUILDER, [], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        // It leads a group of its own, which is ended as one.
        detached: process.platform !== 'win32',
      });
      builder.on('error', () => undefined);
      builder.once('exit', () => (this.#builder = null));
      this.#builder = builder;
      if (builder.pid !== undefined) lower(builder.pid);
    }, SNAPSHOT_AFTER_MS).unref();
  }
}

function lower(pid: number): void {
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    // It has ended already, or nobody may.
  }
}

/** Ends what a process has started, too. One of low priority would take its time to do so itself. */
function endGroup(child: ChildProcess): void {
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else if (child.connected) child.disconnect();
  } catch {
    // It has ended meanwhile.
  }
}

function lost(how: string): string {
  return `The language service has ended (${how}): it knows no earlier cell any more. Run the cells that declare what is needed again.`;
}
