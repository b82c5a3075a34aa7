import sanitizeHtml, { type Attributes, type IOptions } from 'sanitize-html';

/** Elements that text and tables are made of; nothing that runs, loads, submits, frames or styles. */
const TAGS = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'code', 'div', 'span'],
  ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
  ...[
    'a',
    'img',
    'b',
    'strong',
    'i',
    'em',
    'u',
    's',
    'del',
    'ins',
    'mark',
    'small',
    'sub',
    'sup',
    'kbd',
    'samp',
  ],
  ...['var', 'q', 'cite', 'abbr', 'time', 'figure', 'figcaption', 'details', 'summary', 'output'],
];

/** Classes that our own makers give. */
const CLASSES = ['page-Right', 'page-NoWrap', 'page-Null', /^page-tok-[a-z]+$/];

const IMAGE = /^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/i;

const OPTIONS: IOptions = {
  allowedTags: TAGS,
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    th: ['colspan', 'rowspan', 'scope'],
    td: ['colspan', 'rowspan'],
    ol: ['start'],
    details: ['open'],
    abbr: ['title'],
  },
  allowedClasses: { '*': CLASSES },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['data'] },
  allowProtocolRelative: false,
  // The text of what is taken out is not shown as if it had been written.
  nonTextTags: ['style', 'script', 'textarea', 'option', 'noscript', 'title', 'template', 'svg', 'math'],
  transformTags: {
    a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: 'noopener noreferrer' } }),
    img: (tagName, attribs) => (IMAGE.test(attribs.src ?? '') ? { tagName, attribs } : missingImage(attribs)),
    th: cell,
    td: cell,
  },
};

/** HTML of a notebook without anything that could run, load or cover the page: elements of text and tables, links of the web, and images that it brings along. */
export function sanitized(html: string): string {
  return sanitizeHtml(html, OPTIONS);
}

/** Whether HTML is more than text and tables: what shows something else without its scripts, styles or frames. */
export function isActive(html: string): boolean {
  return /<\s*(?:script|style|iframe|object|embed|svg|canvas|form|input|button|link|video|audio)\b/i.test(
    html,
  );
}

/** A picture that is not in the page: its text stands for it, and nothing is loaded. */
function missingImage({ alt }: Attributes): { tagName: string; attribs: Attributes; text: string } {
  return { tagName: 'em', attribs: {}, text: alt === undefined || alt === '' ? '[picture]' : `[${alt}]` };
}

/** What our tables say by inline styles, which no page of ours has, they say by classes. */
function cell(tagName: string, { style, ...attribs }: Attributes): { tagName: string; attribs: Attributes } {
  const classes = [
    /text-align:\s*right/.test(style ?? '') ? 'page-Right' : '',
    /white-space:\s*nowrap/.test(style ?? '') ? 'page-NoWrap' : '',
  ].filter(name => name !== '');
  return { tagName, attribs: { ...attribs, ...(classes.length === 0 ? {} : { class: classes.join(' ') }) } };
}
