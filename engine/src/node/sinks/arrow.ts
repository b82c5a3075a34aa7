import { arrowTo } from '../../sinks/arrowTo.js';
import type { SinkConnector } from '../../sinks/sink.js';
import { fileSink } from './fileSink.js';

/** Arrow IPC files, which other programs map into memory: text stands by itself, without dictionaries. Options: `path`; `every`. */
export const arrowSink: SinkConnector = fileSink('arrow', (schema, _options, file) => arrowTo(schema, file));
