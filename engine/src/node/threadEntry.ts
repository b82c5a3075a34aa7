/** A thread of mapReduce(): it does what it is asked, one message after another. */
import { parentPort } from 'node:worker_threads';
import { buffersOf, type TaskMessage } from '../operators/mapReduceTasks.js';
import { TaskRunner } from '../operators/taskRunner.js';

const runner = new TaskRunner();
parentPort?.on('message', (message: TaskMessage) => {
  const reply = runner.handle(message);
  if (reply !== null) parentPort?.postMessage(reply, buffersOf(reply));
});
