import { textRange } from './arrowText.js';
import type { ArrowVector } from './arrowVector.js';

/** The values of a dictionary and those that a later message adds to them, as one array of text. */
export function joinTexts(first: ArrowVector, more: ArrowVector): ArrowVector {
  const texts = [...textsOf(first), ...textsOf(more)];
  const length = texts.reduce((total, text) => total + (text?.length ?? 0), 0);
  const offsetBytes = 4 * (texts.length + 1);
  const memory = new ArrayBuffer(offsetBytes + length);
  const offsets = new Int32Array(memory, 0, texts.length + 1);
  const bytes = new Uint8Array(memory, offsetBytes);
  const validity = new Uint8Array((texts.length + 7) >> 3);
  texts.forEach((text, i) => {
    if (text !== null) {
      bytes.set(text, offsets[i]);
      validity[i >> 3] |= 1 << (i & 7);
    }
    offsets[i + 1] = offsets[i] + (text?.length ?? 0);
  });
  return {
    ...first,
    type: { ...first.type, layout: 'utf8' },
    offset: 0,
    length: texts.length,
    memory,
    validity: texts.includes(null) ? validity : null,
    values: offsetBytes,
    offsets: 0,
    pieces: [],
  };
}

function textsOf(vector: ArrowVector): (Uint8Array | null)[] {
  const { validity, offset } = vector;
  return Array.from({ length: vector.length }, (_, i) => {
    const at = offset + i;
    if (validity !== null && (validity[at >> 3] & (1 << (at & 7))) === 0) return null;
    const [from, to] = textRange(vector, i);
    return new Uint8Array(vector.memory, from, to - from);
  });
}
