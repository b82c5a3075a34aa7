import { ArrowFileEncoder } from '../../codecs/arrow.js';
import type { Schema } from '../../columns/schema.js';
import type { ByteTarget, OpenSink, SinkConnector } from '../../sinks/sink.js';
import type { Options } from '../../sources/options.js';
import { fileSink } from './fileSink.js';

/** Arrow IPC files, which other programs map into memory: text stands by itself, without dictionaries. Options: `path`; `every`. */
export const arrowSink: SinkConnector = fileSink('arrow', openTo);

async function openTo(schema: Schema, _options: Options, file: ByteTarget): Promise<OpenSink> {
  const encoder = new ArrowFileEncoder(schema.fields);
  let rows = 0;
  /** What was encoded and could not be written. */
  let pending: Uint8Array | null = encoder.header();
  const put = async (bytes: Uint8Array): Promise<void> => {
    pending = bytes;
    await file.write(bytes);
    pending = null;
  };
  /** The batch whose bytes are pending, if any: it is given again. */
  let encoded: object | null = null;
  return {
    async write(batch) {
      const again = encoded === batch;
      if (pending !== null) await put(pending);
      if (!again) {
        encoded = batch;
        await put(encoder.rows(batch.columns, batch.length));
      }
      encoded = null;
      rows += batch.length;
    },
    get bytes() {
      return file.bytes;
    },
    async finish() {
      if (pending !== null) await put(pending);
      await put(encoder.footer());
      await file.finish();
      return { rows, bytes: file.bytes };
    },
    abort: () => file.abort(),
  };
}
