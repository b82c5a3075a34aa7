import { Worker } from 'node:worker_threads';
import { buffersOf, type TaskMessage, type TaskReply } from '../operators/mapReduceTasks.js';
import type { ThreadJob, Threads } from '../operators/threads.js';

/** From the sources, as tests run, the built one is started: a thread reads no TypeScript. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/node/threadEntry.js' : './threadEntry.js',
  import.meta.url,
);

interface OpenJob {
  readonly receive: (reply: TaskReply) => void;
  readonly failed: (error: Error) => void;
  /** Answers that are awaited. */
  awaited: number;
}

/**
 * Threads of Node for the users' closure-free functions: started when they are first needed, kept for the next run, and no reason for the
 * process to go on but while something is awaited.
 */
export class WorkerThreads implements Threads {
  readonly #jobs = new Map<number, OpenJob>();
  #workers: Worker[] = [];
  #lastJob = 0;
  #awaited = 0;

  constructor(readonly size: number) {}

  open(receive: OpenJob['receive'], failed: OpenJob['failed']): ThreadJob {
    const id = ++this.#lastJob;
    const job: OpenJob = { receive, failed, awaited: 0 };
    this.#jobs.set(id, job);
    if (this.#workers.length === 0) this.#workers = Array.from({ length: this.size }, () => this.#start());
    return {
      id,
      post: (thread, message) => this.#post(this.#workers[thread], job, message),
      close: () => this.#close(id, job),
    };
  }

  #post(worker: Worker | undefined, job: OpenJob, message: TaskMessage): void {
    if (message.type !== 'open' && message.type !== 'close') {
      job.awaited++;
      if (this.#awaited++ === 0) for (const each of this.#workers) each.ref();
    }
    worker?.postMessage(message, buffersOf(message));
  }

  #answered(count: number): void {
    this.#awaited -= count;
    if (this.#awaited === 0) for (const each of this.#workers) each.unref();
  }

  #start(): Worker {
    const worker = new Worker(ENTRY, { execArgv: [] });
    worker.unref();
    worker.on('message', (reply: TaskReply) => {
      const job = this.#jobs.get(reply.job);
      if (job === undefined) return;
      job.awaited--;
      this.#answered(1);
      job.receive(reply);
    });
    const ended = (error: Error): void => {
      if (this.#workers.includes(worker)) this.#lost(error);
    };
    worker.on('error', ended);
    worker.on('exit', code => ended(new Error(`a thread of mapReduce() has ended with code ${code}.`)));
    return worker;
  }

  /** Without one of the threads no run can go on. The next one starts new ones. */
  #lost(error: Error): void {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    void this.#stop();
    for (const job of jobs) job.failed(error);
  }

  /** A run that is given up while a function of it runs: nothing else ends that function but its thread's end. */
  #close(id: number, job: OpenJob): void {
    if (!this.#jobs.delete(id)) return;
    this.#answered(job.awaited);
    if (job.awaited > 0 && this.#jobs.size === 0) void this.#stop();
    else
      for (const worker of this.#workers)
        worker.postMessage({ type: 'close', job: id } satisfies TaskMessage);
  }

  async #stop(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    this.#awaited = 0;
    await Promise.all(workers.map(worker => worker.terminate()));
  }

  async close(): Promise<void> {
    this.#jobs.clear();
    await this.#stop();
  }
}
