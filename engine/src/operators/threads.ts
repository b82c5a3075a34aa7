import type { TaskMessage, TaskReply } from './mapReduceTasks.js';
import { TaskRunner } from './taskRunner.js';

/** Threads that run the users' closure-free functions. */
export interface Threads {
  /** How many there are. */
  readonly size: number;
  /**
   * Opens a run. Messages to one thread are worked through in their order, each with one answer.
   *
   * @param failed told when a thread has ended, whatever the reason; nothing is answered after that
   */
  open(receive: (reply: TaskReply) => void, failed: (error: Error) => void): ThreadJob;
  close(): Promise<void>;
}

/** A run over threads. */
export interface ThreadJob {
  readonly id: number;
  /** Hands a message to a thread, by its place. Its buffers are the thread's from then on. */
  post(thread: number, message: TaskMessage): void;
  close(): void;
}

/** One thread that is this one: what is asked is done before `post` returns. */
export const THIS_THREAD: Threads = {
  size: 1,
  open(receive) {
    const runner = new TaskRunner();
    return {
      id: 0,
      post(_thread, message) {
        const reply = runner.handle(message);
        if (reply !== null) receive(reply);
      },
      close: () => undefined,
    };
  },
  close: () => Promise.resolve(),
};
