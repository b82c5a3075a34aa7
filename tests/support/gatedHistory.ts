import { openLiveServer } from '../../engine/src/node/liveServer.js';
import { NODE_SINKS, NODE_SOURCES } from '../../engine/src/node/connectors.js';
import { realWorld } from '../../engine/src/node/world.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import type { SourceConnector } from '../../engine/src/sources/source.js';

/** Up to which row sources of the name 'history' are read. */
export class Gate {
  #rows = 0;
  #wake: (() => void)[] = [];

  open(rows = Infinity): void {
    this.#rows = rows;
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** How many rows may be read behind so many. */
  async room(given: number): Promise<number> {
    while (this.#rows <= given) await new Promise<void>(resolve => this.#wake.push(resolve));
    return this.#rows - given;
  }
}

/** A host under Node whose sources of the name 'history' are read as far as the gate is open. */
export function gatedHost(directory: string, gate: Gate): SessionHost {
  return createSessionHost({
    world: realWorld(directory),
    connectors: NODE_SOURCES.map(connector => gated(connector, gate)),
    sinks: NODE_SINKS,
    liveServers: openLiveServer,
    defer: work => void setImmediate(work),
  });
}

function gated(connector: SourceConnector, gate: Gate): SourceConnector {
  return {
    ...connector,
    async open(request, world) {
      const source = await connector.open(request, world);
      if (request.name !== 'history') return source;
      return {
        ...source,
        read() {
          const reader = source.read();
          let given = 0;
          return {
            counters: reader.counters,
            async next(maxRows: number) {
              const batch = await reader.next(Math.min(maxRows, await gate.room(given)));
              given += batch?.length ?? 0;
              return batch;
            },
            close: () => reader.close(),
          };
        },
      };
    },
  };
}
