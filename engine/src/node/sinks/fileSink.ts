import type { SinkConnector } from '../../sinks/sink.js';
import { AtomicFile } from './atomicFile.js';
import { inParts } from './parts.js';
import { sinkPath, token } from './sinkOptions.js';

/** A kind of file, in parts where asked, each of which appears when it is complete. */
export function fileSink(name: string, openTo: NonNullable<SinkConnector['openTo']>): SinkConnector {
  return inParts({
    name,
    openTo,
    async open(schema, options, world, request) {
      const file = await AtomicFile.open(world.directory, sinkPath(options), token(world), request?.live);
      return openTo(schema, options, file);
    },
  });
}
