import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteInterner } from './byteInterner.js';

const seed = Number(process.env.MILLRACE_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.MILLRACE_RUNS ?? 200);

it('gives equal bytes one code and different bytes different ones, short and long, wherever they stand', () => {
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom('\0', 'a', 'b', 'é', '𝄞'), maxLength: 12 }),
    fc.constantFrom('', '__proto__', 'constructor', '\0', '\0\0', 'aaaa', 'aaaa\0', 'aaaaaaaa', 'aaaaaaaaa'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 300 }), fc.nat(9), (words, offset) => {
      const interner = new ByteInterner();
      const codes = new Map<string, number>();
      for (const text of words) {
        const utf8 = new TextEncoder().encode(text);
        const bytes = new Uint8Array(offset + utf8.length + 3).fill(97);
        bytes.set(utf8, offset);
        const code = interner.intern(bytes, offset, offset + utf8.length);
        expect(interner.dictionary.at(code)).toBe(text);
        expect(codes.get(text) ?? code).toBe(code);
        codes.set(text, code);
      }
      expect(interner.dictionary.size).toBe(codes.size);
    }),
    { seed, numRuns },
  );
});
