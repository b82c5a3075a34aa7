import { setImmediate } from 'node:timers';
import { Worker } from 'node:worker_threads';
import {
  SHARED_ACKNOWLEDGED,
  SHARED_CELLS,
  SHARED_SYNCED,
  type InterruptCall,
  type InterruptSetup,
} from './interruptProtocol.js';

// Cells have timers of their own, which an interrupt clears.
const nextTurn = setImmediate;

/**
 * Lets the wire process stop the running cell. A worker thread listens; it asks this thread to abandon the cell, and
 * where the thread is too busy to hear, ends its JavaScript first. Variables are kept.
 *
 * @param abandon Called on this thread when it is free again; what it does must bear being done twice, since an
 *   ending that came late may cut it short.
 * @param refuseTicks Called where JavaScript had to be ended: ticks that make the next one would go on otherwise.
 */
export function listenForInterrupts(abandon: () => void, refuseTicks: (isRefused: boolean) => void): void {
  const shared = new SharedArrayBuffer(4 * SHARED_CELLS);
  const cells = new Int32Array(shared);
  const worker = new Worker(new URL('./interruptWorker.js', import.meta.url), {
    workerData: { shared } satisfies InterruptSetup,
  });
  worker.on('message', (call: InterruptCall) => {
    if (call.type === 'sync') {
      refuseTicks(true);
      nextTurn(() => {
        refuseTicks(false);
        Atomics.store(cells, SHARED_SYNCED, call.sequence);
      });
    } else if (Atomics.load(cells, SHARED_ACKNOWLEDGED) < call.sequence) {
      abandon();
      Atomics.store(cells, SHARED_ACKNOWLEDGED, call.sequence);
    }
  });
}
