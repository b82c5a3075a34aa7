import { MillraceError } from '../columns/error.js';
import { ColumnMapTask, RowMapTask, type MapTask } from './mapTask.js';
import type { TaskMessage, TaskPlan, TaskReply } from './mapReduceTasks.js';
import { reducePartition } from './reduceTask.js';

interface Job {
  readonly plan: TaskPlan;
  readonly shares: Map<number, MapTask>;
  failed: boolean;
}

/** Does what it is asked, in whatever thread it is: nothing in it is asynchronous, and nothing is shared. */
export class TaskRunner {
  readonly #jobs = new Map<number, Job>();

  /** The answer to a message; null where it needs none. */
  handle(message: TaskMessage): TaskReply | null {
    if (message.type === 'open') {
      this.#jobs.set(message.job, { plan: message.plan, shares: new Map(), failed: false });
      return null;
    }
    if (message.type === 'close') {
      this.#jobs.delete(message.job);
      return null;
    }
    const { job } = message;
    const known = this.#jobs.get(job);
    if (known === undefined) return { type: 'failed', job, code: 'MR9000', text: 'it is over.', hint: null };
    try {
      return this.#work(known, message);
    } catch (error) {
      if (error instanceof MillraceError) {
        const { code, text, hint } = error;
        return { type: 'failed', job, code, text, hint };
      }
      return { type: 'failed', job, code: 'MR9000', text: String(error), hint: null };
    }
  }

  #work({ plan, shares }: Job, message: Exclude<TaskMessage, { type: 'open' | 'close' }>): TaskReply {
    const { job } = message;
    if (message.type === 'reduce') {
      const { partition, parts } = message;
      return { type: 'reduced', job, partition, result: reducePartition(plan, parts) };
    }
    const { share } = message;
    let task = shares.get(share);
    if (task === undefined) {
      task = plan.map.form === 'rows' ? new RowMapTask(plan) : new ColumnMapTask(plan);
      shares.set(share, task);
    }
    if (message.type === 'rows') {
      const pairs = task.rows(message);
      return { type: 'mapped', job, share, rows: message.length, pairs, bytes: task.bytes() };
    }
    shares.delete(share);
    return { type: 'parts', job, share, parts: task.parts() };
  }
}
