import type { TextEncoding } from '../codecs/textEncode.js';
import type { Batch } from '../columns/batch.js';
import type { ByteTarget, OpenSink } from './sink.js';

/**
 * Writes rows as text: a header with the first of them, so that both are there or none.
 *
 * @param pack what each piece goes through by itself; null: it is written as it is
 */
export function textTo(
  encoding: TextEncoding,
  file: ByteTarget,
  pack: ((bytes: Uint8Array) => Promise<Uint8Array>) | null,
): OpenSink {
  const put = async (bytes: Uint8Array): Promise<void> => {
    await file.write(pack === null || bytes.length === 0 ? bytes : await pack(bytes));
  };
  let rows = 0;
  let begun = false;
  const writeAll = async (batches: readonly Batch[]): Promise<void> => {
    const texts = batches.map(batch => encoding.rows(batch));
    await put(joined(begun ? texts : [encoding.header(), ...texts]));
    begun = true;
    for (const { length } of batches) rows += length;
  };
  return {
    write: batch => writeAll([batch]),
    writeAll,
    get bytes() {
      return file.bytes;
    },
    async finish() {
      if (!begun) await put(encoding.header());
      await file.finish();
      return { rows, bytes: file.bytes };
    },
    abort: () => file.abort(),
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
