import { Marked, type Token } from 'marked';
import { escapeHtml } from '../display/html.js';
import { isObject, joined } from '../check/notebook.js';
import { highlighted } from './highlight.js';
import { Maths } from './maths.js';
import { sanitized } from './sanitize.js';

/** A heading of the notebook's text. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

/** Pictures of a Markdown cell, by their names: MIME types with base64. */
type Attachments = Readonly<Record<string, unknown>>;

/** Languages whose code is marked. */
const TYPESCRIPT = /^(?:ts|tsx|typescript|js|jsx|mjs|javascript)$/i;

/** Makes HTML of a notebook's Markdown, and notes its headings, which links can lead to. */
export class MarkdownPages {
  readonly headings: Heading[] = [];
  readonly #ids = new Set<string>();

  /** Markdown of the notebook's text as HTML that is harmless. HTML in it is taken where it is text and tables. */
  html(markdown: string, attachments: Attachments = {}): string {
    return this.#withIds(htmlOf(markdown, attachments));
  }

  /** Gives headings their ids: none of the author's are left by then. */
  #withIds(html: string): string {
    return html.replace(/<h([1-6])>(.*?)<\/h\1>/gs, (_, digit: string, inner: string) => {
      const level = Number(digit);
      const text = textOf(inner);
      const id = this.#idOf(text);
      this.headings.push({ level, id, text });
      return `<h${level} id="${id}">${inner}</h${level}>`;
    });
  }

  #idOf(text: string): string {
    const words =
      text
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu)
        ?.join('-') ?? '';
    const base = `text-${words.slice(0, 60)}`;
    let id = base;
    for (let count = 2; this.#ids.has(id); count++) id = `${base}-${count}`;
    this.#ids.add(id);
    return id;
  }
}

/** Markdown as HTML that is harmless, without ids. */
export function htmlOf(markdown: string, attachments: Attachments = {}): string {
  const maths = new Maths(markdown);
  const marked = new Marked({
    extensions: [...maths.extensions],
    gfm: true,
    async: false,
    walkTokens: token => attach(token, attachments),
    renderer: {
      code: ({ text, lang }) => {
        const isTypeScript = TYPESCRIPT.test((lang ?? '').trim());
        return `<pre><code>${isTypeScript ? highlighted(text) : escapeHtml(text)}</code></pre>\n`;
      },
    },
  });
  return maths.into(sanitized(marked.parse(Maths.plain(markdown)) as string));
}

/** The text of HTML that we have made harmless. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();
}

/** A picture that the cell brings along stands in the place of its name. */
function attach(token: Token, attachments: Attachments): void {
  if (token.type !== 'image' || typeof token.href !== 'string' || !token.href.startsWith('attachment:'))
    return;
  const name = token.href.slice('attachment:'.length);
  const bundle = Object.entries(attachments).find(([each]) => each === name || encodeURI(each) === name)?.[1];
  if (!isObject(bundle)) return;
  const [type, data] = Object.entries(bundle)[0] ?? [];
  if (type !== undefined) token.href = `data:${type};base64,${joined(data).replace(/\s/g, '')}`;
}
