import type { SinkConnector } from '../sinks/sink.js';
import { marketConnector } from '../sources/market.js';
import type { SourceConnector } from '../sources/source.js';
import { valuesConnector } from '../sources/values.js';
import { parquetSink } from './sinks/parquet.js';
import { csvSink, ndjsonSink } from './sinks/text.js';
import { fileConnector } from './sources/file.js';
import { recordingConnector } from './sources/recording.js';
import { webSocketConnector } from './sources/webSocket.js';

/** Every kind of source under Node. */
export const NODE_SOURCES: readonly SourceConnector[] = [
  fileConnector,
  recordingConnector,
  webSocketConnector,
  valuesConnector,
  marketConnector,
];

/** Every kind of sink under Node. */
export const NODE_SINKS: readonly SinkConnector[] = [parquetSink, csvSink, ndjsonSink];
