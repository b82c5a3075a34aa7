import { MillraceError } from '../columns/error.js';
import type { PatternTerm } from './nodes/matchPattern.js';

/** The tokens of a pattern: names, numbers and signs. */
const TOKEN = /\s*([A-Za-z_]\w*|\d+|[()|?*+{},]|\S)/gy;
const MOST_REPETITIONS = 10_000;

/**
 * Reads a pattern in SQL's grammar: `START DOWN+ (FLAT | UP){2,3}? PERMUTE(X, Y)`.
 *
 * @throws MillraceError `MR2190` with the place where it cannot be read
 */
export function parsePattern(text: string): PatternTerm {
  return new PatternParser(text).parse();
}

class PatternParser {
  readonly #tokens: { readonly text: string; readonly at: number }[] = [];
  #next = 0;

  constructor(readonly text: string) {
    for (const match of text.matchAll(TOKEN))
      this.#tokens.push({ text: match[1], at: match.index + match[0].length - match[1].length });
  }

  parse(): PatternTerm {
    if (this.#tokens.length === 0) this.#fail('it is empty');
    const term = this.#either();
    if (this.#next < this.#tokens.length) this.#fail(`'${this.#peek()}' is not expected`);
    return term;
  }

  #peek(): string | undefined {
    return this.#tokens.at(this.#next)?.text;
  }

  #take(text: string): boolean {
    if (this.#next >= this.#tokens.length || this.#peek() !== text) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`'${text}' is expected`);
  }

  #either(): PatternTerm {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return options.length === 1 ? options[0] : { kind: 'either', options };
  }

  #sequence(): PatternTerm {
    const parts: PatternTerm[] = [];
    for (;;) {
      const next = this.#next < this.#tokens.length ? this.#peek() : undefined;
      if (next === undefined || next === '|' || next === ')' || next === ',') break;
      parts.push(this.#repeated());
    }
    if (parts.length === 0) this.#fail('a label is expected');
    return parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
  }

  #repeated(): PatternTerm {
    const part = this.#primary();
    const times = this.#times();
    if (times === null) return part;
    const reluctant = this.#take('?');
    return { kind: 'repeat', part, ...times, reluctant };
  }

  #times(): { readonly least: number; readonly most: number | null } | null {
    if (this.#take('?')) return { least: 0, most: 1 };
    if (this.#take('*')) return { least: 0, most: null };
    if (this.#take('+')) return { least: 1, most: null };
    if (!this.#take('{')) return null;
    const least = this.#number();
    if (least !== null && this.#take('}')) return { least, most: least };
    this.#expect(',');
    const most = this.#number();
    if (least === null && most === null) this.#fail('a number is expected');
    this.#expect('}');
    if (most !== null && (most === 0 || most < (least ?? 0)))
      this.#fail(`{${least ?? ''},${most}} allows no repetition`);
    return { least: least ?? 0, most };
  }

  #number(): number | null {
    const text = this.#peek() ?? '';
    if (!/^\d+$/.test(text)) return null;
    this.#next++;
    const value = Number(text);
    if (value <= MOST_REPETITIONS) return value;
    return this.#fail(`${text} repetitions are more than ${MOST_REPETITIONS}`);
  }

  #primary(): PatternTerm {
    if (this.#take('(')) {
      const term = this.#either();
      this.#expect(')');
      return term;
    }
    const label = this.#peek();
    if (label === undefined || !/^[A-Za-z_]/.test(label)) return this.#fail('a label is expected');
    this.#next++;
    if (label !== 'PERMUTE' || !this.#take('(')) return { kind: 'label', label };
    const parts = [this.#either()];
    while (this.#take(',')) parts.push(this.#either());
    this.#expect(')');
    return { kind: 'permute', parts };
  }

  #fail(what: string): never {
    const at = this.#tokens.at(this.#next)?.at;
    const place =
      this.#next >= this.#tokens.length || at === undefined ? 'at its end' : `at character ${at + 1}`;
    throw new MillraceError(
      'MR2190',
      `the pattern '${this.text}' cannot be read: ${what} ${place}.`,
      "Write labels with quantifiers, in order: 'START DOWN+ UP', 'A (B | C){2,} D?'. Exclusions {- -} and the anchors ^ and $ do not exist here.",
    );
  }
}

/** A pattern as SQL writes it. */
export function patternText(term: PatternTerm): string {
  switch (term.kind) {
    case 'label':
      return term.label;
    case 'sequence':
      return term.parts
        .map(part => (part.kind === 'either' ? `(${patternText(part)})` : patternText(part)))
        .join(' ');
    case 'either':
      return term.options.map(patternText).join(' | ');
    case 'permute':
      return `PERMUTE(${term.parts.map(patternText).join(', ')})`;
    case 'repeat': {
      const { part } = term;
      const inner = patternText(part);
      const text = part.kind === 'label' || part.kind === 'permute' ? inner : `(${inner})`;
      return `${text}${timesText(term)}${term.reluctant ? '?' : ''}`;
    }
  }
}

function timesText({ least, most }: { readonly least: number; readonly most: number | null }): string {
  if (least === 0 && most === 1) return '?';
  if (most === null) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

/** The labels of a pattern, in the order in which they are first named. */
export function labelsOf(term: PatternTerm): string[] {
  switch (term.kind) {
    case 'label':
      return [term.label];
    case 'repeat':
      return labelsOf(term.part);
    case 'either':
      return [...new Set(term.options.flatMap(labelsOf))];
    default:
      return [...new Set(term.parts.flatMap(labelsOf))];
  }
}

/** How many rows that `counts` each match has at least. */
export function leastRows(term: PatternTerm, counts: (label: string) => boolean): number {
  switch (term.kind) {
    case 'label':
      return counts(term.label) ? 1 : 0;
    case 'repeat':
      return term.least * leastRows(term.part, counts);
    case 'either':
      return Math.min(...term.options.map(option => leastRows(option, counts)));
    default:
      return term.parts.reduce((total, part) => total + leastRows(part, counts), 0);
  }
}
