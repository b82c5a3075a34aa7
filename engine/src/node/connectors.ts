import type { SinkConnector } from '../sinks/sink.js';
import { marketConnector } from '../sources/market.js';
import { sensorsConnector } from '../sources/sensors.js';
import type { SourceConnector } from '../sources/source.js';
import { valuesConnector } from '../sources/values.js';
import { weatherConnector } from '../sources/weather.js';
import { arrowSink } from './sinks/arrow.js';
import { kafkaConnector, kafkaSink } from './kafka/onFirstUse.js';
import { parquetSink } from './sinks/parquet.js';
import { postgresSink } from './sinks/postgres/postgres.js';
import { webSocketServerSink } from './sinks/webSocketServer/webSocketServer.js';
import { csvSink, ndjsonSink } from './sinks/text.js';
import { fileConnector } from './sources/file.js';
import { pollConnector } from './sources/poll.js';
import { sseConnector } from './sources/sse.js';
import { recordingConnector } from './sources/recording.js';
import { webSocketConnector } from './sources/webSocket.js';

/** Every kind of source under Node. */
export const NODE_SOURCES: readonly SourceConnector[] = [
  fileConnector,
  recordingConnector,
  webSocketConnector,
  valuesConnector,
  marketConnector,
  weatherConnector,
  sensorsConnector,
  pollConnector,
  sseConnector,
  kafkaConnector,
];

/** Every kind of sink under Node. */
export const NODE_SINKS: readonly SinkConnector[] = [
  parquetSink,
  csvSink,
  ndjsonSink,
  kafkaSink,
  arrowSink,
  postgresSink,
  webSocketServerSink,
];
