import { ExprSyntaxError } from './error.js';

/** A piece of an expression's text. `param` is the place of an interpolated value. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'number' | 'string' | 'sign' | 'param' | 'end';
  /** As it was written; of `quoted` and `string` what the quotes hold, of `param` its index. */
  readonly text: string;
  /** Where it starts in the text that `SourceText` shows. */
  readonly at: number;
}

/** The pieces of a template: its texts, between which values stand. */
export class SourceText {
  /** The text as errors show it, with `${…}` for the values. */
  readonly shown: string;

  constructor(readonly texts: readonly string[]) {
    this.shown = texts.join('${…}');
  }
}

const TOKEN =
  /(?<space>\s+|--[^\n]*)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|"(?<quoted>(?:[^"]|"")*)"|`(?<ticked>[^`]*)`|'(?<string>(?:[^']|'')*)'|(?<sign><=|>=|<>|!=|\|\||[-+*/%=<>(),.])/uy;

/** Cuts a template into tokens. Throws an `ExprSyntaxError` where nothing fits. */
export function tokensOf(source: SourceText): Token[] {
  const tokens: Token[] = [];
  let start = 0;
  source.texts.forEach((text, index) => {
    if (index > 0) {
      tokens.push({ kind: 'param', text: String(index - 1), at: start });
      start += '${…}'.length;
    }
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null) throw strange(source, text, at, start);
      const token = tokenOf(match.groups!, start + at);
      if (token !== null) tokens.push(token);
    }
    start += text.length;
  });
  tokens.push({ kind: 'end', text: '', at: source.shown.length });
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>, at: number): Token | null {
  const { number, word, quoted, ticked, string, sign } = groups;
  if (number !== undefined) return { kind: 'number', text: number, at };
  if (word !== undefined) return { kind: 'word', text: word, at };
  if (quoted !== undefined) return { kind: 'quoted', text: quoted.replaceAll('""', '"'), at };
  if (ticked !== undefined) return { kind: 'quoted', text: ticked, at };
  if (string !== undefined) return { kind: 'string', text: string.replaceAll("''", "'"), at };
  return sign === undefined ? null : { kind: 'sign', text: sign, at };
}

function strange(source: SourceText, text: string, at: number, start: number): ExprSyntaxError {
  const character = String.fromCodePoint(text.codePointAt(at)!);
  const hints: Record<string, string> = {
    "'": 'The text that starts here does not end; a quote inside is written twice.',
    '"': 'The name that starts here does not end.',
    '&': 'Write AND.',
    '|': 'Write OR; || joins texts.',
    '!': 'Write NOT, or <> for "differs".',
    '?': 'Write CASE WHEN … THEN … ELSE … END.',
    '^': 'Write POWER(a, b).',
  };
  return new ExprSyntaxError(
    source.shown,
    start + at,
    `'${character}' has no meaning here`,
    hints[character] ?? null,
  );
}
