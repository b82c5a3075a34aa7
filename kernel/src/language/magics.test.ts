import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findMagics, magicAt } from './magics.js';
import { parse, syntaxErrors } from './parse.js';

const names = (code: string) => findMagics(code).magics.map(magic => magic.definition.name);
const errors = (code: string) => findMagics(code).errors.map(error => [error.code, error.start]);

it.each([
  ['%who', ['who']],
  ['  %who\n%env A=1', ['who', 'env']],
  ['function f() {}\n%who', ['who']],
  ['type A = string\n%who', ['who']],
  ['f();\n%time g()\n', ['time']],
  ['%%time\n%who', ['time', 'who']],
  ['%%html\n%who', ['html']],
  ['a\n%who', []],
  ['const a = 1\n%who', []],
  ['`\n%who\n`', []],
  ['/*\n%who\n*/', []],
  ['// a note\n%who', ['who']],
  ['f(\n%who\n)', []],
  ['{\n%who\n}', []],
  ['a\n%\nb', []],
])('finds the magics of %j', (code, expected) => {
  expect(names(code)).toEqual(expected);
});

it('says which are not there or misplaced', () => {
  expect(errors('%nope')).toEqual([[4120, 0]]);
  expect(errors('f();\n %%html')).toEqual([[4121, 6]]);
  expect(errors('%time')).toEqual([[4121, 0]]);
  expect(errors('%%time f()')).toEqual([[4121, 0]]);
  expect(errors('%who\n'.repeat(101))).toEqual([[4122, 500]]);
});

it('keeps every character at its place, and what it leaves is whole where the magics are', () => {
  const lines = fc.constantFrom(
    ...[
      '%who',
      '  %env A=`',
      '%time f(1)',
      '%%html',
      'const a = 1;',
      'b',
      '`',
      '}',
      '{',
      '// c',
      '%x y',
      '%%',
      '%',
      '𝄞;',
      '\r',
    ],
  );
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 8 }), cell => {
      const code = cell.join('\n');
      const { masked, magics, errors: found } = findMagics(code);
      expect(masked).toHaveLength(code.length);
      for (let at = 0; at < code.length; at++) if (code[at] === '\n') expect(masked[at]).toBe('\n');
      for (const { start } of magics) expect(code[start]).toBe('%');
      // TypeScript that is right as it stands is never touched.
      if (syntaxErrors(parse(code)).length === 0) expect([masked, magics, found]).toEqual([code, [], []]);
    }),
  );
});

it('knows where a magic is being written', () => {
  expect(magicAt('%wh', 3)).toEqual({ start: 0, typed: '%wh' });
  expect(magicAt('a;\n  %', 6)).toEqual({ start: 5, typed: '%' });
  expect(magicAt('a\n  %', 5)).toBeNull();
  expect(magicAt('a;\n%%h', 6)).toBeNull();
  expect(magicAt('a %b', 4)).toBeNull();
});
