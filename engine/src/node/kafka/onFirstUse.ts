import type { SinkConnector } from '../../sinks/sink.js';
import type { SourceConnector } from '../../sources/source.js';

/** Topics of Kafka to read, see `kafka.ts`. Its client takes as long to load as all else that is here: it comes with the first topic. */
export const kafkaConnector: SourceConnector = {
  name: 'kafka',
  async open(request, world) {
    const { kafkaConnector: loaded } = await import('./kafka.js');
    return loaded.open(request, world);
  },
};

/** Topics of Kafka to write, see `kafkaSink.ts`. */
export const kafkaSink: SinkConnector = {
  name: 'kafka',
  takesChanges: options => options.mode === 'upsert',
  async open(schema, options, world, request) {
    const { kafkaSink: loaded } = await import('./kafkaSink.js');
    return loaded.open(schema, options, world, request);
  },
};
