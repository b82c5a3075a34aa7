import type { BatchBuilder } from '../columns/builder.js';

/** Takes note of a row that could not be read: where it is (from 1), what is wrong with it, its text. */
export type RejectRow = (position: number, reason: string, text: string) => void;

/** Turns bytes into rows; the bytes come in pieces of any size. */
export interface RowDecoder {
  /** The line that is next, from 1. */
  line: number;
  /**
   * Reads complete rows of `bytes[from, to)` into the builder until that is full, and returns the position behind the last
   * byte used; what is left has to be given again, with more bytes behind it. With `atEnd` the last row needs no line
   * feed. `bytes[to]` has to exist and is overwritten.
   */
  decode(bytes: Uint8Array, from: number, to: number, atEnd: boolean, out: BatchBuilder): number;
}

/** Lines longer than this are rejected unless an option says otherwise. */
export const MAX_LINE_BYTES = 1 << 20;

/** How much of a bad row's text is kept. */
export const REJECT_TEXT_LENGTH = 1000;

const decoder = new TextDecoder();

/** The text of bytes, cut to what a reject keeps. */
export function rejectText(bytes: Uint8Array, from: number, to: number): string {
  const text = decoder.decode(bytes.subarray(from, Math.min(to, from + 4 * REJECT_TEXT_LENGTH)));
  return text.slice(0, REJECT_TEXT_LENGTH);
}

/** The text of bytes. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}
