import { types } from 'node:util';
import { MillraceError } from 'millrace/session';
import type { MimeBundle } from '../runner/contract.js';
import { checkedContent, mimeValue } from './bundles.js';
import { isObject } from './safely.js';
import { specValue } from './specValues.js';
import type { DisplayMakers, MimeValue } from './types.js';

/** How files of the kinds that front ends show begin. */
const BEGINNINGS: readonly (readonly [type: string, beginning: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
  ['application/pdf', /^%PDF-/],
];

/** Checks that the data are a file of the type, given as bytes, base64 or a data URL. */
function file(type: string, data: unknown, name: string): MimeValue {
  const base64 = base64Of(data, name);
  const found = typeOf(base64);
  if (found !== type) {
    const is = found === null ? 'which begins like none' : `but it is ${found}`;
    throw new MillraceError(
      'MR4104',
      `display.${name} takes ${type}, ${is}.`,
      found === null
        ? 'Give it the bytes of the file, or their base64.'
        : 'display.image(data) finds the type by itself.',
    );
  }
  return mimeValue({ [type]: base64, 'text/plain': `<${type}>` });
}

/** An image of whichever type its first bytes say. */
function anyImage(data: Uint8Array | string): MimeValue {
  const base64 = base64Of(data, 'image');
  const type = typeOf(base64);
  if (type === null || !type.startsWith('image/')) {
    throw new MillraceError(
      'MR4104',
      'display.image takes a PNG, JPEG, GIF or WebP image, and the data begin like none of these.',
      'An SVG is text: display.svg(text).',
    );
  }
  return mimeValue({ [type]: base64, 'text/plain': `<${type}>` });
}

function base64Of(data: unknown, name: string): string {
  if (data instanceof Uint8Array)
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  if (types.isAnyArrayBuffer(data)) return Buffer.from(data).toString('base64');
  if (typeof data === 'string') return data.replace(/^data:[^,]{0,100};base64,/, '').replaceAll(/\s/g, '');
  throw new MillraceError(
    'MR4104',
    `display.${name} takes bytes or base64, not ${data === null ? 'null' : `a ${typeof data}`}.`,
  );
}

function typeOf(base64: string): string | null {
  const beginning = Buffer.from(base64.slice(0, 24), 'base64').toString('latin1');
  return BEGINNINGS.find(([, pattern]) => pattern.test(beginning))?.[0] ?? null;
}

const image = (name: string, type: string) => (data: Uint8Array | string) => file(type, data, name);

const text = (name: string, type: string) => (content: string) =>
  typeof content === 'string'
    ? mimeValue({ [type]: content, 'text/plain': content })
    : refuseText(name, content);

function refuseText(name: string, content: unknown): never {
  throw new MillraceError(
    'MR4104',
    `display.${name} takes text, not ${content === null ? 'null' : `a value of type ${typeof content}`}.`,
    'A value of any kind is shown by display(value).',
  );
}

/** A value as JSON, at which front ends let one look in a tree of their own. */
function json(value: unknown): MimeValue {
  const checked = checkedContent('application/json', value);
  if ('fault' in checked) throw new MillraceError('MR4104', `display.json: the value ${checked.fault}.`);
  return mimeValue({
    'application/json': checked.content,
    'text/plain': JSON.stringify(checked.content, null, 2),
  });
}

/** A MIME bundle as it is. */
function mime(bundle: MimeBundle): MimeValue {
  if (!isObject(bundle) || Array.isArray(bundle)) {
    throw new MillraceError('MR4104', "display.mime takes an object of MIME types: { 'text/html': '…' }.");
  }
  return mimeValue({ ...bundle });
}

/** The methods of `display`. */
export const makers: DisplayMakers = {
  text: text('text', 'text/plain'),
  html: text('html', 'text/html'),
  markdown: text('markdown', 'text/markdown'),
  latex: text('latex', 'text/latex'),
  svg: text('svg', 'image/svg+xml'),
  javascript: text('javascript', 'text/javascript'),
  png: image('png', 'image/png'),
  jpeg: image('jpeg', 'image/jpeg'),
  gif: image('gif', 'image/gif'),
  webp: image('webp', 'image/webp'),
  pdf: image('pdf', 'application/pdf'),
  image: anyImage,
  json,
  mime,
  vegaLite: spec => specValue('vega-lite', spec),
  vega: spec => specValue('vega', spec),
};
