import { csvEncoding, ndjsonEncoding } from '../../codecs/textEncode.js';
import type { TextEncoding } from '../../codecs/textEncode.js';
import type { Schema } from '../../columns/schema.js';
import type { SinkConnector } from '../../sinks/sink.js';
import { AtomicFile } from './atomicFile.js';
import { sinkPath, token } from './sinkOptions.js';

/** CSV files. Option: `path`. */
export const csvSink: SinkConnector = textSink('csv', csvEncoding);

/** Files of newline-delimited JSON. Option: `path`. */
export const ndjsonSink: SinkConnector = textSink('ndjson', ndjsonEncoding);

function textSink(name: string, encodingOf: (schema: Schema) => TextEncoding): SinkConnector {
  return {
    name,
    async open(schema, options, world) {
      const encoding = encodingOf(schema);
      const file = await AtomicFile.open(world.directory, sinkPath(options), token(world));
      let rows = 0;
      await file.write(encoding.header());
      return {
        async write(batch) {
          rows += batch.length;
          await file.write(encoding.rows(batch));
        },
        async finish() {
          await file.finish();
          return { rows, bytes: file.bytes };
        },
        abort: () => file.abort(),
      };
    },
  };
}
