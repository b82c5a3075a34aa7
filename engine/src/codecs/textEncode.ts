import type { Batch } from '../columns/batch.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { Schema } from '../columns/schema.js';
import { guardedText } from './csvGuard.js';
import { valueText } from './valueText.js';
import type { TextStyle } from './valueText.js';

const encoder = new TextEncoder();

/** Writes rows as text, one batch after the other. */
export interface TextEncoding {
  /** What comes before the first row. */
  header(): Uint8Array;
  rows(batch: Batch): Uint8Array;
}

/**
 * CSV (RFC 4180, LF) with a header. NULL is an empty field, the empty string `""`; times are ISO 8601 in UTC; numbers that are not
 * finite are NaN, Infinity, -Infinity, and -0 keeps its sign. With `guard` a text that a spreadsheet would take for a formula gets an apostrophe in
 * front, which reading takes away again; numbers, times and JSON are as they are.
 */
export function csvEncoding(schema: Schema, guard: boolean): TextEncoding {
  const string = guard ? (text: string) => guardedText(text) ?? csvText(text) : csvText;
  const style: TextStyle = { string, json: csvText, time: text => text, notFinite: String };
  const names = schema.fields.map(field => string(field.name));
  const texts = new DictionaryTexts(schema.fields.length);
  return {
    header: () => encoder.encode(`${names.join(',')}\n`),
    rows(batch) {
      const columns = batch.columns.map((column, i) => ({
        valid: column.valid,
        text: valueText(column, style, texts.of(i, column.dictionary)),
      }));
      let out = '';
      for (let row = 0; row < batch.length; row++) {
        for (let c = 0; c < columns.length; c++) {
          const { valid, text } = columns[c];
          if (c > 0) out += ',';
          if (valid === null || valid[row] === 1) out += text(row);
        }
        out += '\n';
      }
      return encoder.encode(out);
    },
  };
}

function csvText(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Newline-delimited JSON: one object a row with every column; int64 and decimals digit for digit, times as ISO 8601 text in UTC,
 * durations as text, JSON as it is, numbers that are
 * not finite as the texts "NaN", "Infinity", "-Infinity".
 */
export function ndjsonEncoding(schema: Schema): TextEncoding {
  const quoted = (text: string) => `"${text}"`;
  const style: TextStyle = {
    string: text => JSON.stringify(text),
    json: text => text,
    time: quoted,
    notFinite: value => quoted(String(value)),
  };
  const keys = schema.fields.map((field, i) => `${i === 0 ? '{' : ','}${JSON.stringify(field.name)}:`);
  const texts = new DictionaryTexts(schema.fields.length);
  return {
    header: () => new Uint8Array(0),
    rows(batch) {
      const columns = batch.columns.map((column, i) => ({
        key: keys[i],
        valid: column.valid,
        text: valueText(column, style, texts.of(i, column.dictionary)),
      }));
      let out = '';
      for (let row = 0; row < batch.length; row++) {
        for (const { key, valid, text } of columns) {
          out += key;
          out += valid === null || valid[row] === 1 ? text(row) : 'null';
        }
        out += columns.length === 0 ? '{}\n' : '}\n';
      }
      return encoder.encode(out);
    },
  };
}

/** The texts of dictionary codes, for as long as a column keeps its dictionary. */
class DictionaryTexts {
  readonly #texts: { dictionary: Dictionary | null; texts: Map<number, string> }[];

  constructor(columns: number) {
    this.#texts = Array.from({ length: columns }, () => ({ dictionary: null, texts: new Map() }));
  }

  of(column: number, dictionary: Dictionary | null): Map<number, string> {
    const kept = this.#texts[column];
    if (kept.dictionary !== dictionary) this.#texts[column] = { dictionary, texts: new Map() };
    return this.#texts[column].texts;
  }
}
