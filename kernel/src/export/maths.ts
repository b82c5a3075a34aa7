import type { TokenizerAndRendererExtension } from 'marked';
import sanitizeHtml, { type Attributes } from 'sanitize-html';
import temml from 'temml';
import { escapeHtml } from '../display/html.js';

/** Characters of a formula, formulas of a text, and how often macros are replaced, at most: beyond it formulas are shown as they are written. */
const MOST_CHARACTERS = 4000;
const MOST_FORMULAS = 500;
const MOST_EXPANSIONS = 500;
/** Signs at which a formula may begin or end: a text that has more is not looked through for formulas. */
const MOST_SIGNS = 1200;

/** Stand around the number of a formula until the text is harmless. They mean nothing by themselves, and are taken out of what is written. */
const [OPEN, CLOSE] = ['\uf8f0', '\uf8f1'];

/**
 * The formulas of a Markdown text, as notebooks write them: `$…$` in a line, `$$…$$` and `\begin{align}…\end{align}` by themselves. They become MathML, which browsers
 * draw without scripts, styles or fonts of their own. A formula that is none is shown as it is written, with why.
 */
export class Maths {
  readonly #formulas: string[] = [];

  /** @param markdown of one cell */
  constructor(readonly markdown: string) {}

  get extensions(): readonly TokenizerAndRendererExtension[] {
    return this.markdown.split(/\$|\\begin\{/).length > MOST_SIGNS ? [] : this.#extensions;
  }

  readonly #extensions: readonly TokenizerAndRendererExtension[] = [
    {
      name: 'mathBlock',
      level: 'block',
      start: src => /(?:^|\n) {0,3}(?:\$\$|\\begin\{)/.exec(src)?.index,
      tokenizer: src => found('mathBlock', BLOCK.exec(src)) ?? found('mathBlock', ENVIRONMENT.exec(src)),
      renderer: ({ formula }) => `<p>${this.#place(String(formula), true)}</p>\n`,
    },
    {
      name: 'mathInline',
      level: 'inline',
      start: src => src.indexOf('$'),
      tokenizer: src => found('mathInline', DISPLAY.exec(src), true) ?? found('mathInline', INLINE.exec(src)),
      renderer: ({ formula, isDisplay }) => this.#place(String(formula), isDisplay === true),
    },
  ];

  /** A text without what stands for formulas. */
  static plain(markdown: string): string {
    return markdown.replaceAll(OPEN, '').replaceAll(CLOSE, '');
  }

  /** Puts the formulas into HTML that has been made harmless. */
  into(html: string): string {
    // Between tags alone: in an attribute, as the text of a picture is one, a formula would end it.
    return html.replace(IN_TAG_OR_TEXT, (whole, at: string | undefined) =>
      at === undefined ? Maths.plain(whole) : (this.#formulas[Number(at)] ?? ''),
    );
  }

  #place(formula: string, isDisplay: boolean): string {
    if (this.#formulas.length >= MOST_FORMULAS) return `<code>${escapeHtml(formula)}</code>`;
    return `${OPEN}${this.#formulas.push(mathHtml(formula, isDisplay)) - 1}${CLOSE}`;
  }
}

/** A tag, whose attributes have no `>`, or what stands for a formula. */
const IN_TAG_OR_TEXT = new RegExp(`<[^>]*>|${OPEN}(\\d+)${CLOSE}`, 'g');

const BLOCK = new RegExp(`^ {0,3}\\$\\$([^]{1,${MOST_CHARACTERS}}?)\\$\\$[ \\t]*(?:\\n+|$)`);
const ENVIRONMENT = new RegExp(
  `^ {0,3}(\\\\begin\\{(equation|align|gather|multline|alignat)(\\*?)\\}[^]{1,${MOST_CHARACTERS}}?\\\\end\\{\\2\\3\\})[ \\t]*(?:\\n+|$)`,
);
const DISPLAY = /^\$\$((?:\\[^]|[^\\$]){1,1000})\$\$/;
// As in Pandoc: between two amounts of money there is none.
const INLINE = /^\$(?![\s$])((?:\\[^]|[^\\$\n]|\n(?!\s*\n)){1,1000})(?<!\s)\$(?!\d)/;

function found(type: string, match: RegExpExecArray | null, isDisplay = false) {
  return match === null ? undefined : { type, raw: match[0], formula: match[1], isDisplay };
}

function mathHtml(formula: string, isDisplay: boolean): string {
  try {
    const made = temml.renderToString(formula, {
      displayMode: isDisplay,
      throwOnError: true,
      trust: false,
      maxExpand: MOST_EXPANSIONS,
      maxSize: [20, 100],
      macros: {},
    });
    return harmless(made);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : 'it cannot be read';
    return `<code class="page-Formula" title="${escapeHtml(`This formula cannot be shown: ${why}`)}">${escapeHtml(formula)}</code>`;
  }
}

const TAGS = [
  ...[
    'math',
    'mrow',
    'mi',
    'mn',
    'mo',
    'ms',
    'mtext',
    'mspace',
    'mfrac',
    'msqrt',
    'mroot',
    'mstyle',
    'mpadded',
  ],
  ...['mphantom', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover', 'mmultiscripts', 'mprescripts'],
  ...['mtable', 'mtr', 'mtd', 'menclose', 'none'],
];
const ATTRIBUTES = [
  ...['display', 'mathvariant', 'stretchy', 'fence', 'separator', 'form', 'lspace', 'rspace', 'accent'],
  ...['accentunder', 'largeop', 'movablelimits', 'symmetric', 'minsize', 'maxsize', 'linethickness', 'width'],
  ...['height', 'depth', 'voffset', 'scriptlevel', 'displaystyle', 'columnspan', 'rowspan', 'mathcolor'],
];

/** MathML that draws, and does nothing else: no links, no styles. Its colours are attributes then. */
function harmless(mathml: string): string {
  return sanitizeHtml(mathml, {
    allowedTags: TAGS,
    allowedAttributes: { '*': ATTRIBUTES },
    allowedClasses: { '*': [/^tml-(?:left|right|center)$/] },
    nonTextTags: ['style', 'script', 'annotation', 'annotation-xml'],
    transformTags: { '*': (tagName, attribs) => ({ tagName, attribs: coloured(attribs) }) },
  });
}

function coloured({ style, ...attribs }: Attributes): Attributes {
  const color = /(?:^|;)\s*color:\s*(#[0-9a-f]{3,8})\b/i.exec(style ?? '')?.[1];
  return color === undefined ? attribs : { ...attribs, mathcolor: color };
}
