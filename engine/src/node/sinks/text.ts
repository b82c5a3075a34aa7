import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { csvEncoding, ndjsonEncoding } from '../../codecs/textEncode.js';
import type { TextEncoding } from '../../codecs/textEncode.js';
import type { Schema } from '../../columns/schema.js';
import type { ByteTarget, OpenSink, SinkConnector } from '../../sinks/sink.js';
import { textTo } from '../../sinks/textTo.js';
import { booleanOption, type Options } from '../../sources/options.js';
import { AtomicFile } from './atomicFile.js';
import { inParts } from './parts.js';
import { sinkPath, token } from './sinkOptions.js';

const compress = promisify(gzip);

/** CSV files. Options: `path`, which may end with `.gz`; `formulaGuard` (true); `every`. */
export const csvSink: SinkConnector = textSink('csv', (schema, options) =>
  csvEncoding(schema, booleanOption(options, 'formulaGuard', true)),
);

/** Files of newline-delimited JSON. Options: `path`, which may end with `.gz`; `every`. */
export const ndjsonSink: SinkConnector = textSink('ndjson', ndjsonEncoding);

function textSink(
  name: string,
  encodingOf: (schema: Schema, options: Options) => TextEncoding,
): SinkConnector {
  const openTo = (schema: Schema, options: Options, file: ByteTarget, packed: boolean): OpenSink => {
    // Each piece is compressed by itself, so that it can be written again as it was: gzip files may follow each other in one.
    return textTo(encodingOf(schema, options), file, packed ? compress : null);
  };
  return inParts({
    name,
    openTo: async (schema, options, target) => openTo(schema, options, target, false),
    async open(schema, options, world, request) {
      const path = sinkPath(options);
      const file = await AtomicFile.open(world.directory, path, token(world), request?.live);
      return openTo(schema, options, file, path.toLowerCase().endsWith('.gz'));
    },
  });
}
