import { availableParallelism } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { createSessionHost } from '../session/host.js';
import type { SessionHost } from '../session/protocol.js';
import type { World } from '../sources/source.js';
import { NODE_SINKS, NODE_SOURCES } from './connectors.js';
import { filePins } from './files/pins.js';
import { reportedPins } from './files/reportedPins.js';
import { openLiveServer } from './liveServer.js';
import { fileRecorders } from './recordings/recorders.js';
import { WorkerThreads } from './threads.js';
import { realWorld } from './world.js';

export { changePins } from './files/pins.js';
export type { FoundPin } from '../sources/pin.js';

/** More threads have no rows to map. */
const MOST_THREADS = 4;

/**
 * A session host in this process with every source and sink that Node can have.
 *
 * @param options.directory where relative paths start; by default the process's folder
 * @param options.memoryBytes how much histories, state and tables may hold together; by default as much as the limit of the heap
 * @param options.threads how many threads closure-free functions run in; by default as many as there are processors, 4 at most; 0: the engine's own
 * @param options.pinsReport a file for what is found where something is pinned, a line of JSON each: nothing is pinned then, and results that differ are no errors
 * @param options.world clock, timers and randomness; by default the real ones
 */
export function createNodeHost(
  options: {
    readonly directory?: string;
    readonly world?: World;
    readonly memoryBytes?: number;
    readonly threads?: number;
    readonly pinsReport?: string;
  } = {},
): SessionHost {
  const threads = options.threads ?? Math.min(MOST_THREADS, availableParallelism());
  return createSessionHost({
    world: options.world ?? realWorld(options.directory ?? process.cwd()),
    memoryBytes: options.memoryBytes ?? getHeapStatistics().heap_size_limit,
    connectors: NODE_SOURCES,
    sinks: NODE_SINKS,
    recorders: fileRecorders,
    pins: options.pinsReport === undefined ? filePins : reportedPins(options.pinsReport),
    liveServers: openLiveServer,
    ...(threads === 0 ? {} : { threads: new WorkerThreads(threads) }),
    defer: work => {
      setImmediate(work);
    },
  });
}
