import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { PAGE_IDS, type PageDescription } from '@millrace/protocol';
import { escapeHtml } from '../display/html.js';
import type { PageAssets } from './assets.js';
import type { Heading } from './markdown.js';

/** What runs again in a page. */
export interface PageReplay {
  /** The loops of its queries, written ahead. */
  readonly loops: string;
  /** The exported session as JSON. */
  readonly session: string;
  /** Deflated. */
  readonly recordings: readonly Uint8Array[];
}

/** A page before it is written. */
export interface PageParts {
  readonly title: string;
  /** The notebook's file name. */
  readonly source: string;
  readonly headings: readonly Heading[];
  /** The cells, as HTML that is harmless. */
  readonly body: string;
  readonly description: PageDescription;
  readonly replay: PageReplay | null;
}

/** From so many headings on a page has a list of them. */
const LISTED = 3;

/** Writes the page: one file, which asks for no other, and under whose policy nothing runs but the scripts that it names by their hashes. */
export function documentOf(parts: PageParts, assets: PageAssets): string {
  const { title, source, headings, body, description, replay } = parts;
  const engine = replay === null ? null : `${replay.loops}\n${assets.engine}`;
  const hashes = [assets.boot, assets.page, ...(engine === null ? [] : [engine])].map(hashOf);
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    `style-src ${hashOf(assets.style)}`,
    'img-src data:',
    'worker-src blob:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const data =
    replay === null || engine === null
      ? []
      : [
          packed(PAGE_IDS.engine, deflated(engine)),
          packed(PAGE_IDS.session, deflated(replay.session)),
          ...replay.recordings.map((bytes, at) => packed(`${PAGE_IDS.recording}${at}`, bytes)),
        ];
  // The first one is the page's own.
  const listed = headings.filter(({ level }, at) => level <= 3 && !(at === 0 && level === 1));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="generator" content="Millrace">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${assets.style}</style>`,
    '</head>',
    '<body>',
    '<a class="page-Skip" href="#content">Skip to the content</a>',
    `<header class="page-Head"><span class="page-Mark" aria-hidden="true"></span><span class="page-Source">${escapeHtml(source)}</span></header>`,
    ...(replay === null ? [] : [barHtml()]),
    '<div class="page-Columns">',
    ...(listed.length < LISTED ? [] : [contentsHtml(listed)]),
    `<main id="content" class="page-Main" tabindex="-1">`,
    // A page has a first heading, whether its notebook has one or not.
    ...(headings.some(({ level }) => level === 1)
      ? []
      : [`<h1 class="page-Hidden">${escapeHtml(title)}</h1>`]),
    body,
    '</main>',
    '</div>',
    `<footer class="page-Foot">${footText(replay)}</footer>`,
    `<script type="application/json" id="${PAGE_IDS.page}">${jsonText(description)}</script>`,
    packed(PAGE_IDS.script, deflated(assets.page)),
    ...data,
    `<script>${inScript(assets.boot)}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function barHtml(): string {
  const text = '<noscript>Scripts are off: tables and charts are shown as they were saved.</noscript>';
  return `<section class="page-Bar" aria-label="Replay"><div id="${PAGE_IDS.bar}" role="status">${text}</div></section>`;
}

function contentsHtml(headings: readonly Heading[]): string {
  const items = headings.map(
    ({ level, id, text }) =>
      `<li class="page-Level${level}"><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`,
  );
  return `<nav class="page-Contents" aria-label="Contents"><ol>${items.join('')}</ol></nav>`;
}

function footText(replay: PageReplay | null): string {
  return replay === null
    ? 'Made with Millrace from a notebook.'
    : 'Made with Millrace from a notebook. Its live tables and charts run in this page, on the data recorded in it; nothing is sent or loaded.';
}

function deflated(text: string): Uint8Array {
  return deflateRawSync(text, { level: 9 });
}

/** Data that no browser takes for a script. Base64 has nothing that ends an element. */
function packed(id: string, bytes: Uint8Array): string {
  return `<script type="application/octet-stream" id="${id}">${Buffer.from(bytes).toString('base64')}</script>`;
}

/** JSON that ends no element, whatever texts are in it. */
function jsonText(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** Our own script, which holds nothing of a notebook. */
function inScript(text: string): string {
  if (/<\/script|<!--/i.test(text)) throw new Error('a script of ours would end its element');
  return text;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
