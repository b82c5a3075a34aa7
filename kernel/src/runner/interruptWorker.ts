import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import {
  CONTROL_FD,
  SHARED_ACKNOWLEDGED,
  SHARED_SYNCED,
  interruptLine,
  type InterruptCall,
  type InterruptSetup,
} from './interruptProtocol.js';

/** How long the main thread has to answer before its JavaScript is ended; it answers at once unless it is busy. */
const PATIENCE_MS = 120;
const POLL_MS = 4;

const cells = new Int32Array((workerData as InterruptSetup).shared);
let wanted = 0;
let syncs = 0;
let working = false;

const control = new Socket({ fd: CONTROL_FD });
let line = '';
control.setEncoding('utf8');
control.on('data', (text: string) => {
  line += text;
  const complete = line.split('\n');
  line = complete.pop() ?? '';
  for (const sequence of complete) wanted = Math.max(wanted, Number(sequence));
  if (!working) void interrupt();
});
control.on('error', () => undefined);
// The wire process is gone: nobody will ever talk to this runner again, nor to what it has started.
control.on('close', () => endProcessGroup());

function endProcessGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}

async function interrupt(): Promise<void> {
  working = true;
  for (let done = 0; done < wanted;) {
    const sequence = wanted;
    let ended = false;
    while (!(await heard('interrupt', sequence, SHARED_ACKNOWLEDGED))) {
      await endJavaScript();
      ended = true;
    }
    // The last ending may have come when nothing ran, and then ends what runs next: let that be this message. What it ended may
    // also have gone on with the next tick. Each ending needs a message of its own, which comes after it.
    if (ended) while (!(await heard('sync', ++syncs, SHARED_SYNCED))) await endJavaScript();
    control.write(interruptLine(sequence));
    done = sequence;
  }
  working = false;
}

async function heard(type: InterruptCall['type'], sequence: number, cell: number): Promise<boolean> {
  parentPort?.postMessage({ type, sequence } satisfies InterruptCall);
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if (Atomics.load(cells, cell) >= sequence) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/**
 * Ends the JavaScript that runs on the main thread: no `catch` or `finally` sees it. Resolves when that has happened,
 * which takes as long as a native call does. The session is open only meanwhile, since an open one makes `process.exit` wait.
 */
function endJavaScript(): Promise<void> {
  return new Promise(resolve => {
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => {
      session.disconnect();
      resolve();
    });
  });
}
