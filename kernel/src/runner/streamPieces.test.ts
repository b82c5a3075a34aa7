import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamPieces } from './streamPieces.js';

const seed = process.env.MILLRACE_SEED === undefined ? undefined : Number(process.env.MILLRACE_SEED);

test('text comes out whole, however its bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      (text, cuts) => {
        const pieces = new StreamPieces();
        const bytes = Buffer.from(text);
        let read = '';
        for (let at = 0, i = 0; at < bytes.length; at += cuts[i++ % cuts.length])
          read += [...pieces.cut('stdout', bytes.subarray(at, at + cuts[i % cuts.length]))].join('');
        expect(read).toBe(text);
      },
    ),
    { seed },
  );
});

test('a long text comes in pieces, none of which ends within a character', () => {
  const text = `x${'😀'.repeat(400_000)}`;
  for (const written of [text, Buffer.from(text)]) {
    const pieces = [...new StreamPieces().cut('stderr', written)];
    expect(pieces.length).toBeGreaterThan(2);
    expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThan(300_000);
    expect(pieces.every(piece => !/[\ud800-\udbff]$/.test(piece))).toBe(true);
    expect(pieces.join('')).toBe(text);
  }
});
