import { ArrowFileEncoder } from '../codecs/arrow.js';
import type { Schema } from '../columns/schema.js';
import type { ByteTarget, OpenSink } from './sink.js';

/** Writes rows as an Arrow IPC file. */
export async function arrowTo(schema: Schema, file: ByteTarget): Promise<OpenSink> {
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
