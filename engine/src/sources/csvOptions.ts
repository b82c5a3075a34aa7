import { DEFAULT_NULLS, NO_BYTE } from '../codecs/csvFormat.js';
import type { CsvFormat } from '../codecs/csvFormat.js';
import { MAX_LINE_BYTES } from '../codecs/decoder.js';
import { SourceError } from './error.js';
import { choiceOption, numberOption, textOption, textsOption } from './options.js';
import type { Options } from './options.js';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * How a CSV text is written, by its options and, where they do not say, by its first line, which begins at `start`. What was found goes to `notes`.
 * Error `MR3106` for a delimiter, a quote or a comment sign that cannot be one.
 */
export function csvFormat(
  options: Options,
  sample: Uint8Array,
  start: number,
  length: number,
  notes: string[],
): CsvFormat {
  const quote = signOption(options, 'quote', '"');
  const comment = signOption(options, 'comment', '');
  const decimalComma = choiceOption(options, 'decimal', ['.', ','], '.') === ',';
  const given = textOption(options, 'delimiter', '');
  let delimiter = signOption(options, 'delimiter', '');
  if (delimiter === NO_BYTE) {
    const found = findDelimiter(sample, start, length, quote, decimalComma);
    if (found !== ',') notes.push(`fields separated by ${JSON.stringify(found)}`);
    delimiter = found.charCodeAt(0);
  }
  if (delimiter === quote || delimiter === comment || (decimalComma && given === ',')) {
    throw notASign('delimiter', String.fromCharCode(delimiter));
  }
  return {
    delimiter,
    quote,
    comment,
    decimalComma,
    nulls: textsOption(options, 'nulls', DEFAULT_NULLS),
    nullStrings: options.nulls !== undefined,
    maxLineBytes: numberOption(options, 'maxLineBytes', MAX_LINE_BYTES, 1),
  };
}

/** The byte of an option that is one ASCII character; an empty text is none. */
function signOption(options: Options, name: string, otherwise: string): number {
  const given = textOption(options, name, otherwise);
  if (given === '') return NO_BYTE;
  const code = given.charCodeAt(0);
  const isOwn = name === 'delimiter' ? given !== '"' : !DELIMITERS.includes(given);
  if (given.length > 1 || code > 127 || code === 10 || code === 13 || !isOwn) throw notASign(name, given);
  return code;
}

function notASign(name: string, given: string): SourceError {
  const what = { delimiter: 'a delimiter', quote: 'a quote', comment: 'the sign of a comment' }[name];
  const examples = { delimiter: "',', ';', '\\t'", quote: `'"', "'", or '' for none`, comment: "'#'" }[name];
  return new SourceError('MR3106', `'${given}' cannot be ${what}.`, `Give one ASCII character: ${examples}.`);
}

/** The candidate that the first line has most often, outside of quotes; a comma where it has none. */
function findDelimiter(
  sample: Uint8Array,
  start: number,
  length: number,
  quote: number,
  decimalComma: boolean,
): string {
  const counts = new Map<number, number>();
  let quoted = false;
  for (let p = start; p < length && (quoted || sample[p] !== 10); p++) {
    if (sample[p] === quote) quoted = !quoted;
    else if (!quoted) counts.set(sample[p], (counts.get(sample[p]) ?? 0) + 1);
  }
  const candidates = decimalComma ? DELIMITERS.slice(1) : DELIMITERS;
  let [best] = candidates;
  for (const candidate of candidates) {
    const count = counts.get(candidate.charCodeAt(0)) ?? 0;
    if (count > (counts.get(best.charCodeAt(0)) ?? 0)) best = candidate;
  }
  return best;
}

/** Where the rows and their header begin: behind the mark of UTF-8, lines to be skipped, and comments. */
export function firstLine(
  options: Options,
  sample: Uint8Array,
  length: number,
): { readonly start: number; readonly lines: number } {
  let start = sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf ? 3 : 0;
  const comment = signOption(options, 'comment', '');
  const skip = numberOption(options, 'skip', 0);
  let lines = 0;
  while (start < length && (lines < skip || sample[start] === comment)) {
    const end = sample.indexOf(10, start);
    if (end < 0 || end >= length) return { start: length, lines };
    start = end + 1;
    lines++;
  }
  return { start, lines };
}
