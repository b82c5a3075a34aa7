import {
  CLOCK_MIME,
  INPUT_MIME,
  LAYOUT_MIME,
  PIN_MIME,
  PROSE_MIME,
  proseMarkdown,
  VIEW_MIME,
  type ClockOutput,
  type InputOutput,
  type LayoutOutput,
  type PageOutput,
  type ProseOutput,
  type ViewOutput,
} from '@millrace/protocol';
import { escapeHtml } from '../display/html.js';
import { DEEPEST_LAYOUT, flatOutputs, isLayout, MOST_CHILDREN } from '../check/flatOutputs.js';
import { isObject, joined, type NotebookOutput } from '../check/notebook.js';
import { htmlOf } from './markdown.js';
import { isActive, sanitized } from './sanitize.js';

/** What the outputs of a page are made with. */
export interface OutputContext {
  /** Outputs that are drawn by script, in their order: their elements name their places. */
  readonly drawn: PageOutput[];
  /** A view as the page has it: what it shows at its end, or as it was saved. */
  readonly view: (output: ViewOutput) => ViewOutput;
  readonly prose: (output: ProseOutput) => ProseOutput;
  /** Why an output's views and inputs do not run in the page; null: they do. */
  readonly whyNot: (output: PageOutput) => string | null;
}

type Data = Readonly<Record<string, unknown>>;

/** The ids of the views that outputs show, each once. */
export function viewIdsOf(outputs: readonly NotebookOutput[]): string[] {
  const found: string[] = [];
  for (const data of bundlesOf(outputs)) {
    collectIds(data[VIEW_MIME], found);
    collectIds(data[PROSE_MIME], found);
  }
  return [...new Set(found)];
}

/** What outputs show: of layouts each of the outputs in them. */
function bundlesOf(outputs: readonly NotebookOutput[]): Data[] {
  return flatOutputs(outputs).flatMap(({ data }) => (isObject(data) ? [data] : []));
}

/** The views that outputs show, those in layouts too, and each of the tables of a chart as a view of its own. */
export function shownViews(outputs: readonly NotebookOutput[]): ViewOutput[] {
  return bundlesOf(outputs).flatMap(({ [VIEW_MIME]: output }) => {
    if (!isView(output)) return [];
    const parts = output.parts ?? [];
    return [output, ...parts.map(part => ({ ...output, ...part, parts: undefined }))];
  });
}

/** Outputs name their views no deeper. */
const DEEPEST = 20;

function collectIds(value: unknown, into: string[], depth = 0): void {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return;
  if (isObject(value) && typeof value.viewId === 'string') into.push(value.viewId);
  for (const item of Object.values(value)) collectIds(item, into, depth + 1);
}

/** An output as HTML that is harmless. */
export function outputHtml(output: NotebookOutput, context: OutputContext): string {
  switch (output.output_type) {
    case 'stream':
      return pre(
        withoutColours(joined(output.text)),
        output.name === 'stderr' ? 'page-Stream page-mod-error' : 'page-Stream',
      );
    case 'error': {
      const lines = Array.isArray(output.traceback) ? (output.traceback as unknown[]).map(String) : [];
      const text = lines.length > 0 ? lines.join('\n') : `${String(output.ename)}: ${String(output.evalue)}`;
      return pre(withoutColours(text), 'page-Failure');
    }
    default:
      return isObject(output.data) ? bundleHtml(output.data, context) : '';
  }
}

function bundleHtml(data: Data, context: OutputContext, depth = 0): string {
  const { [VIEW_MIME]: view, [INPUT_MIME]: input, [PROSE_MIME]: prose } = data;
  const { [LAYOUT_MIME]: layout, [CLOCK_MIME]: clock } = data;
  if (isLayout(layout) && depth < DEEPEST_LAYOUT) return layoutHtml(layout, context, depth);
  if (isClock(clock)) return place({ kind: 'clock', output: clock }, staticHtml(data), context);
  if (isView(view)) {
    const output = context.view(view);
    return place({ kind: 'view', output }, staticHtml(data), context);
  }
  if (isInput(input)) {
    return place({ kind: 'input', output: input }, staticHtml(data), context);
  }
  if (isProse(prose)) {
    const output = context.prose(prose);
    const words = htmlOf(proseMarkdown(output.parts).markdown);
    const saved = htmlOf(joined(data['text/markdown']));
    return place({ kind: 'prose', output }, `${saved}<template>${words}</template>`, context);
  }
  return staticHtml(data);
}

/** Outputs beside or below each other. */
function layoutHtml({ direction, children }: LayoutOutput, context: OutputContext, depth: number): string {
  const shown = children.slice(0, MOST_CHILDREN).map(({ data }) => {
    const isSmall = isInput(data[INPUT_MIME]) ? ' millrace-mod-small' : '';
    return `<div class="millrace-Layout-view${isSmall}">${bundleHtml(data, context, depth + 1)}</div>`;
  });
  const left = children.length - shown.length;
  const rest = left > 0 ? `<p class="page-Note">${left} more outputs of this layout are not shown.</p>` : '';
  const name = direction === 'column' ? 'column' : 'row';
  return `<div class="millrace-Layout page-Layout" data-direction="${name}">${shown.join('')}</div>${rest}`;
}

function isClock(value: unknown): value is ClockOutput {
  return isObject(value) && isObject(value.state) && typeof value.state.mode === 'string';
}

/** Whether what a cell has put under one of our types can be drawn: it may put anything there. */
function isView(value: unknown): value is ViewOutput {
  if (!isObject(value)) return false;
  const { viewId, view, columns, key, snapshot, parts } = value;
  const isWhole = isObject(view) && isSnapshot(snapshot) && (parts === undefined || isParts(parts));
  return isWhole && typeof viewId === 'string' && Array.isArray(columns) && Array.isArray(key);
}

function isParts(parts: unknown): boolean {
  if (!Array.isArray(parts)) return false;
  return parts.every(
    part =>
      isObject(part) &&
      typeof part.viewId === 'string' &&
      Array.isArray(part.columns) &&
      isSnapshot(part.snapshot),
  );
}

function isSnapshot(snapshot: unknown): boolean {
  return isObject(snapshot) && isObject(snapshot.status);
}

function isInput(value: unknown): value is InputOutput {
  return isObject(value) && typeof value.name === 'string' && isObject(value.spec);
}

function isProse(value: unknown): value is ProseOutput {
  if (!isObject(value) || !Array.isArray(value.parts)) return false;
  return value.parts.every(part => isObject(part) && typeof part.text === 'string');
}

/** The element of an output that is drawn by script, with what is shown without. */
function place(output: PageOutput, saved: string, { drawn, whyNot }: OutputContext): string {
  const at = drawn.length;
  drawn.push(output);
  const why = whyNot(output);
  const note = why === null ? '' : `<p class="page-Note">Not live in this page: ${escapeHtml(why)}</p>`;
  return `<div class="page-Drawn" data-millrace-place="${at}" data-millrace-kind="${output.kind}">${saved}</div>${note}`;
}

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

/** What an output is without our own types: the best of what can be shown. */
function staticHtml(data: Data): string {
  if (data[PIN_MIME] === undefined) {
    for (const type of IMAGES) {
      const base64 = joined(data[type]).replace(/\s/g, '');
      if (base64 !== '' && /^[a-z0-9+/=]+$/i.test(base64)) return image(type, base64, data);
    }
    const svg = joined(data['image/svg+xml']);
    // As a picture nothing in it runs, and nothing is loaded.
    if (svg !== '') return image('image/svg+xml', Buffer.from(svg).toString('base64'), data);
    const html = joined(data['text/html']);
    const text = joined(data['text/plain']);
    if (html !== '' && (!isActive(html) || text === '')) {
      const note = isActive(html) ? NOT_RUN : '';
      return `<div class="page-Html">${sanitized(html)}</div>${note}`;
    }
    if (html !== '') return pre(withoutColours(text), 'page-Text') + NOT_RUN;
    const written = joined(data['text/markdown']);
    if (written !== '') return `<div class="page-Html">${htmlOf(written)}</div>`;
  }
  const text = joined(data['text/plain']);
  if (text !== '') return pre(withoutColours(text), 'page-Text');
  const json = data['application/json'];
  if (json !== undefined) return pre(JSON.stringify(json, null, 2), 'page-Text');
  const types = Object.keys(data).join(', ');
  return types === '' ? '' : `<p class="page-Note">An output of ${escapeHtml(types)} is not shown here.</p>`;
}

const NOT_RUN =
  '<p class="page-Note">Scripts, styles and frames of this output are not part of the page.</p>';

function image(type: string, base64: string, data: Data): string {
  const text = joined(data['text/plain']).split('\n').at(-1) ?? '';
  return `<img class="page-Image" src="data:${type};base64,${base64}" alt="${escapeHtml(text.slice(0, 300))}">`;
}

function pre(text: string, name: string): string {
  return `<pre class="${name}">${escapeHtml(text.replace(/\n$/, ''))}</pre>`;
}

/** A text without the escape sequences of a terminal. */
function withoutColours(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}
