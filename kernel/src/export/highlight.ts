import ts from 'typescript';
import { escapeHtml } from '../display/html.js';

/** The classes of what is marked; everything else is plain. */
const CLASSES: Readonly<Partial<Record<ts.TokenClass, string>>> = {
  [ts.TokenClass.Keyword]: 'keyword',
  [ts.TokenClass.Comment]: 'comment',
  [ts.TokenClass.NumberLiteral]: 'number',
  [ts.TokenClass.BigIntLiteral]: 'number',
  [ts.TokenClass.StringLiteral]: 'string',
  [ts.TokenClass.RegExpLiteral]: 'string',
};

/** More characters are shown plain: a cell that holds data is no text to be marked. */
const MOST_CHARACTERS = 200_000;

/** TypeScript as HTML with its words marked, by TypeScript's own scanner. */
export function highlighted(code: string): string {
  if (code.length > MOST_CHARACTERS) return escapeHtml(code);
  const classifier = ts.createClassifier();
  let state = ts.EndOfLineState.None;
  return code
    .split('\n')
    .map(line => {
      const { entries, finalLexState } = classifier.getClassificationsForLine(line, state, false);
      state = finalLexState;
      let at = 0;
      let before = '';
      const marked = entries.map(({ length, classification }) => {
        const written = line.slice(at, (at += length));
        const text = escapeHtml(written);
        // What is called like a keyword behind a point is a name.
        const isName = classification === ts.TokenClass.Keyword && before.endsWith('.');
        if (classification !== ts.TokenClass.Whitespace) before = written;
        const name = isName ? undefined : CLASSES[classification];
        return name === undefined ? text : `<span class="page-tok-${name}">${text}</span>`;
      });
      return marked.join('') + escapeHtml(line.slice(at));
    })
    .join('\n');
}
