import { expect, test } from 'vitest';
import { Dictionary } from '../columns/dictionary.js';
import { readSnapshot, SnapshotWriter } from './snapshotFormat.js';

test('everything written is read again', () => {
  const shared = new Dictionary(['a', '', '__proto__', 'naïve 😀', '\0']);
  const writer = new SnapshotWriter();
  const value = { big: -(2n ** 63n), odd: [NaN, -0, Infinity, -Infinity], $: 'no tag', ['__proto__']: null };
  writer.value('value', value);
  writer.lane('floats', Float64Array.of(1, NaN, -0, 4), 3);
  writer.lane('wide', BigInt64Array.of(2n ** 62n));
  const part = writer.section('part');
  part.lane('bytes', Uint8Array.of(1, 2, 3));
  part.lane('ints', new Int32Array(0));
  part.strings('texts', ['\uFEFFx', '', 'y']);
  part.dictionary('one', shared);
  writer.dictionary('two', shared);
  const reader = readSnapshot(writer.encode());
  expect(reader.value('value')).toEqual(value);
  expect(reader.lane('floats')).toEqual(Float64Array.of(1, NaN, -0));
  expect(reader.lane('wide')).toEqual(BigInt64Array.of(2n ** 62n));
  const again = reader.section('part');
  expect(again.lane('bytes')).toEqual(Uint8Array.of(1, 2, 3));
  expect(again.lane('ints')).toEqual(new Int32Array(0));
  expect(again.strings('texts')).toEqual(['\uFEFFx', '', 'y']);
  expect(again.dictionary('one')).toBe(reader.dictionary('two'));
  expect(again.dictionary('one').strings()).toEqual(shared.strings());
  expect(reader.has('part')).toBe(true);
  expect(reader.has('other')).toBe(false);
});

test('what is written is what was there then', () => {
  const lane = Float64Array.of(1);
  const dictionary = new Dictionary(['first']);
  const writer = new SnapshotWriter();
  writer.lane('lane', lane);
  writer.dictionary('dictionary', dictionary);
  lane[0] = 2;
  dictionary.intern('second');
  const reader = readSnapshot(writer.encode());
  expect(reader.lane('lane')).toEqual(Float64Array.of(1));
  expect(reader.dictionary('dictionary').strings()).toEqual(['first']);
});

test('bytes that begin anywhere can be read', () => {
  const writer = new SnapshotWriter();
  writer.lane('lane', Float64Array.of(1, 2));
  const bytes = writer.encode();
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(readSnapshot(shifted.subarray(3)).lane('lane')).toEqual(Float64Array.of(1, 2));
});

test('other versions, damage and other plans are refused in words', () => {
  const writer = new SnapshotWriter();
  writer.lane('lane', Float64Array.of(1, 2));
  const bytes = writer.encode();
  const changed = (at: number) => bytes.map((byte, k) => (k === at ? byte ^ 1 : byte));
  expect(() => readSnapshot(changed(0))).toThrow(/MR3401.*no snapshot/s);
  expect(() => readSnapshot(changed(4))).toThrow(/MR3402.*version/s);
  for (const at of [8, 12, 20, bytes.length - 1]) expect(() => readSnapshot(changed(at))).toThrow(/MR3401/);
  expect(() => readSnapshot(bytes.subarray(0, bytes.length - 8))).toThrow(/MR3401/);
  expect(() => readSnapshot(new Uint8Array(0))).toThrow(/MR3401/);
  expect(() => readSnapshot(bytes).lane('other')).toThrow(/MR3403.*'other'/s);
});
