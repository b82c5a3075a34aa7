import { NODE_SOURCES } from '../../engine/dist/node/connectors.js';
import { realWorld } from '../../engine/dist/node/world.js';
import { Runtime } from '../../engine/dist/runtime/runtime.js';
import { QueryRegistry } from '../../engine/dist/session/hostQueries.js';

/** The inside of a session, to look at its tables and clock where they are; a query that fails ends the program. */
export function openSession() {
  const runtime = new Runtime({ world: realWorld('/'), connectors: NODE_SOURCES, defer: setImmediate });
  const registry = new QueryRegistry(runtime, ({ query }) => {
    throw query.error;
  });
  return { runtime, registry };
}
