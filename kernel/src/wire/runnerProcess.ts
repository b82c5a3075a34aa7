import { fork, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { entryOf } from '../entries.js';
import { interruptLine } from '../runner/interruptProtocol.js';
import { FrameReader, type OutputFrame, type StreamName } from '../runner/outputFrames.js';
import type { ToRunner } from '../runner/outputMessages.js';

const ENTRY = fileURLToPath(entryOf('runner'));
/** What V8 prints first when the heap is full; from there on its report is no output of the cell. */
const FATAL_REPORT = /<--- Last few GCs --->|FATAL ERROR: |# Fatal error in /;
/** How long output of a runner that has ended is waited for. */
const DRAIN_MS = 500;

export interface RunnerEvents {
  frame(frame: OutputFrame): void;
  /** What was written to the file descriptors themselves, by child processes or native code. */
  raw(name: StreamName, text: string): void;
  /** The process has ended, and all its output has come. `why` is a sentence. */
  ended(why: string): void;
}

/**
 * One runner process: the pipe of its output, the channel to it, and its end. It leads its own process group, so that
 * what cells start can be signalled, and ended, with it.
 */
export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #control: Duplex;
  readonly #events: RunnerEvents;
  readonly #heapMb: number | null;
  #fatal = '';
  #killedBecause: string | null = null;
  #sequence = 0;
  #interrupted: { promise: Promise<void>; resolve: () => void } | null = null;

  constructor(directory: string, heapMb: number | null, events: RunnerEvents) {
    this.#events = events;
    this.#heapMb = heapMb;
    const heap = heapMb === null ? [] : [`--max-old-space-size=${heapMb}`];
    this.#child = fork(ENTRY, [], {
      cwd: directory,
      // Without the flag, ending code that runs in an async callback aborts the process.
      execArgv: [
        '--no-force-async-hooks-checks',
        // Files that cells import are loaded again when they change.
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        ...heap,
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe', 'pipe'],
      serialization: 'advanced',
      detached: true,
    });
    this.#readRaw('stdout');
    this.#readRaw('stderr');
    this.#readFrames();
    this.#control = (this.#child.stdio as readonly unknown[])[5] as Duplex;
    this.#control.on('data', (text: Buffer) => this.#answered(text.toString('latin1')));
    for (const stream of [this.#output, this.#control]) stream.on('error', () => undefined);
    this.#child.on('error', () => undefined);
    this.#child.once('exit', (code, signal) => void this.#ended(code, signal));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a message. Returns false where messages pile up, since the cell keeps the process from reading. */
  send(message: ToRunner): boolean {
    return this.#child.connected && this.#child.send(message, () => undefined);
  }

  /** Stops and resumes reading the output; while stopped, a cell that prints more waits. */
  pause(stop: boolean): void {
    if (stop) this.#output.pause();
    else this.#output.resume();
  }

  /** Stops what runs. Resolves when the runner is free again, or gone. */
  interrupt(): Promise<void> {
    if (this.#interrupted === null) {
      let resolve = () => {};
      const promise = new Promise<void>(done => (resolve = done));
      this.#interrupted = { promise, resolve };
      this.#control.write(interruptLine(++this.#sequence));
    }
    return this.#interrupted.promise;
  }

  /** Resolves when no interrupt is under way. */
  settled(): Promise<void> {
    return this.#interrupted?.promise ?? Promise.resolve();
  }

  /** Signals the processes that the runner has started, and the runner, which does not mind. */
  signalGroup(): void {
    this.#kill('SIGINT');
  }

  /** Ends the runner and all that it has started. `why` is what its cell is told. */
  kill(why: string): void {
    this.#killedBecause ??= why;
    this.#kill('SIGKILL');
  }

  get #output(): Duplex {
    return this.#child.stdio[4] as Duplex;
  }

  #kill(signal: 'SIGINT' | 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      this.#child.kill(signal);
    }
  }

  #answered(lines: string): void {
    if (this.#interrupted === null || !lines.split('\n').includes(String(this.#sequence))) return;
    this.#interrupted.resolve();
    this.#interrupted = null;
  }

  #readFrames(): void {
    const reader = new FrameReader();
    let isBroken = false;
    this.#output.on('data', (chunk: Buffer) => {
      if (isBroken) return;
      const frames: OutputFrame[] = [];
      try {
        for (const frame of reader.push(chunk)) frames.push(frame);
      } catch {
        isBroken = true;
        this.kill(
          'The cell has written to file descriptor 4, which is the kernel’s, so its process was ended.',
        );
      }
      for (const frame of frames) this.#events.frame(frame);
    });
  }

  #readRaw(name: StreamName): void {
    const stream = this.#child[name];
    stream?.setEncoding('utf8');
    stream?.on('error', () => undefined);
    stream?.on('data', (text: string) => {
      const at = this.#fatal === '' ? text.search(FATAL_REPORT) : 0;
      const shown = at < 0 ? text : text.slice(0, at);
      this.#fatal += at < 0 ? '' : text.slice(at);
      if (shown.trim() !== '' || at < 0) this.#events.raw(name, shown);
    });
  }

  async #ended(code: number | null, signal: string | null): Promise<void> {
    // The leader is gone, but its group may not be.
    if (this.#child.pid !== undefined) this.#kill('SIGKILL');
    this.#output.resume();
    const closed = new Promise(resolve => this.#child.once('close', resolve));
    const patience = new Promise(resolve => setTimeout(resolve, DRAIN_MS));
    await Promise.race([closed, patience]);
    this.#interrupted?.resolve();
    this.#interrupted = null;
    this.#events.ended(this.#killedBecause ?? this.#reason(code, signal));
  }

  #reason(code: number | null, signal: string | null): string {
    if (this.#fatal.includes('heap out of memory') || this.#fatal.includes('Allocation failed')) {
      const limit = this.#heapMb === null ? '' : ` (its heap may hold ${this.#heapMb} MB)`;
      return `The cell ran out of memory${limit}.`;
    }
    if (signal !== null) return `The process of the cells was ended by ${signal}.`;
    return `The cell ended its process with exit code ${code ?? 0}.`;
  }
}
