import type { InputSpec } from './input/spec.js';
import type { ViewColumn, ViewStatus } from './view.js';

/** The data of `PROSE_MIME`: Markdown with values in it, as they were when it was made or saved. */
export interface ProseOutput {
  readonly v: number;
  readonly parts: readonly ProsePart[];
}

export type ProsePart =
  /** Markdown, as the author wrote it. */
  | { readonly kind: 'markdown'; readonly text: string }
  /** A value that does not change: plain text, never Markdown. */
  | { readonly kind: 'text'; readonly text: string }
  /** The value of a one-column table's last row, live as a view. `empty` is what it is of no rows. */
  | {
      readonly kind: 'view';
      readonly viewId: string;
      readonly column: ViewColumn;
      readonly empty: string;
      readonly text: string;
    }
  /** The value of an input. */
  | { readonly kind: 'input'; readonly name: string; readonly spec: InputSpec; readonly text: string };

/** What stands for the value of a table without rows: of one that has not been read yet, that it is to come. */
export function emptyText(empty: string, { state, rowsIn }: Pick<ViewStatus, 'state' | 'rowsIn'>): string {
  return state === 'replaying' && rowsIn === 0 ? '…' : empty;
}

/** The Markdown of a text whose values are put in once it is shown: a word stands for each, which the author has not written. `words` finds them, with their parts' numbers. */
export function proseMarkdown(parts: readonly ProsePart[]): {
  readonly markdown: string;
  readonly words: RegExp;
} {
  const authors = parts.map(part => (part.kind === 'markdown' ? part.text : '')).join('');
  let word = 'millracevalue';
  while (authors.includes(word)) word += 'x';
  const markdown = parts.map((part, at) => (part.kind === 'markdown' ? part.text : `${word}${at}z`)).join('');
  return { markdown, words: new RegExp(`${word}(\\d+)z`, 'g') };
}
