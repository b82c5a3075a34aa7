import type { PageOutput, ProseOutput, ViewOutput } from '@millrace/protocol';
import { isObject, joined, type Notebook, type NotebookOutput } from '../check/notebook.js';
import type { NotLive } from './contract.js';
import type { PageParts } from './document.js';
import { highlighted } from './highlight.js';
import { MarkdownPages } from './markdown.js';
import { outputHtml, type OutputContext } from './outputs.js';
import type { PreparedReplay } from './prepare.js';
import { endOf } from './rehearse.js';

const NOTHING: PreparedReplay = {
  replay: null,
  speed: null,
  ids: new Map(),
  ends: new Map(),
  refused: new Map(),
  inputs: [],
};

/** A notebook's page: its text, its code, and its outputs, with what of these is not live and why. */
export function pageOf(
  notebook: Notebook,
  outputs: ReadonlyMap<string, readonly NotebookOutput[]>,
  prepared: PreparedReplay | null,
  source: string,
): { readonly parts: PageParts; readonly notLive: readonly NotLive[] } {
  const replay = prepared ?? NOTHING;
  const markdown = new MarkdownPages();
  const drawn: PageOutput[] = [];
  const notLive: NotLive[] = [];
  const cells = Array.isArray(notebook.json.cells) ? (notebook.json.cells as unknown[]) : [];
  let number = 0;
  const body = cells.filter(isObject).map((cell, at) => {
    const text = joined(cell.source);
    if (cell.cell_type === 'markdown') {
      const attachments = isObject(cell.attachments) ? cell.attachments : {};
      return `<div class="page-Text-cell">${markdown.html(text, attachments)}</div>`;
    }
    if (cell.cell_type !== 'code' || text.trim() === '') return '';
    number++;
    const context = contextOf(replay, drawn, (what, why) => notLive.push({ cell: number, what, why }));
    const id = typeof cell.id === 'string' && cell.id !== '' ? cell.id : `cell ${at + 1}`;
    return codeHtml(text, number, outputs.get(id) ?? [], context);
  });
  const title = markdown.headings.find(({ level }) => level === 1)?.text ?? source;
  const live = drawn.flatMap(output => liveIds(output, replay));
  const parts: PageParts = {
    title,
    source,
    headings: markdown.headings,
    body: body.filter(html => html !== '').join('\n'),
    description: {
      outputs: drawn,
      live,
      inputs: replay.inputs,
      recordings: replay.replay === null ? null : replay.replay.recordings.length,
      speed: replay.speed,
    },
    replay: replay.replay,
  };
  return { parts, notLive };
}

function codeHtml(
  code: string,
  number: number,
  outputs: readonly NotebookOutput[],
  context: OutputContext,
): string {
  const html = outputs.map(output => outputHtml(output, context)).filter(each => each !== '');
  const shown = html.length === 0 ? '' : `<div class="page-Outputs">${html.join('')}</div>`;
  const label = `Code of cell ${number}`;
  return `<div class="page-Code-cell" role="group" aria-label="Cell ${number}"><pre class="page-Code" tabindex="0" role="group" aria-label="${label}"><code>${highlighted(code.replace(/\n+$/, ''))}</code></pre>${shown}</div>`;
}

function contextOf(
  { ids, ends, refused, inputs, speed }: PreparedReplay,
  drawn: PageOutput[],
  tell: (what: string, why: string) => void,
): OutputContext {
  const whyOf = (viewId: string): string | null =>
    ids.has(viewId) ? null : (refused.get(viewId) ?? 'it is not known to the kernel any more.');
  // What is drawn has the page's ids already: why is asked by those of the run.
  const whys = new Map<PageOutput['output'], string>();
  const named = (viewId: string): string => ids.get(viewId) ?? '';
  return {
    drawn,
    view: output => {
      const all = [output.viewId, ...(output.parts ?? []).map(({ viewId }) => viewId)];
      // A chart over several tables runs where each of them does.
      const why = all.map(whyOf).find(each => each !== null) ?? null;
      const shown = why === null ? atEnd(output, ids, ends) : { ...output, viewId: '' };
      if (why !== null) {
        whys.set(shown, why);
        tell(output.view.title ?? (output.view.kind === 'grid' ? 'a table' : 'a chart'), why);
      }
      return shown;
    },
    prose: output => {
      const why = output.parts
        .map(part => (part.kind === 'view' ? whyOf(part.viewId) : null))
        .find(each => each !== null);
      const parts = output.parts.map(part =>
        part.kind === 'view' ? { ...part, viewId: named(part.viewId) } : part,
      );
      const shown: ProseOutput = { ...output, parts };
      if (why !== undefined && why !== null) {
        whys.set(shown, why);
        tell('a text', why);
      }
      return shown;
    },
    whyNot: drawnOutput => {
      if (drawnOutput.kind === 'clock') {
        if (speed !== null) return null;
        const why = 'nothing in the page replays.';
        tell('the clock', why);
        return why;
      }
      if (drawnOutput.kind !== 'input') return whys.get(drawnOutput.output) ?? null;
      if (inputs.includes(drawnOutput.output.name)) return null;
      const why = 'nothing that runs in the page depends on it.';
      tell(`the input ${drawnOutput.output.name}`, why);
      return why;
    },
  };
}

/** A view as the page has it, with what each of its tables shows at the end. */
function atEnd(output: ViewOutput, ids: PreparedReplay['ids'], ends: PreparedReplay['ends']): ViewOutput {
  const one = (viewId: string): ViewOutput | null => {
    const end = ends.get(viewId);
    return end === undefined ? null : endOf(ids.get(viewId) ?? '', output.view, end);
  };
  const shown = one(output.viewId) ?? { ...output, viewId: ids.get(output.viewId) ?? '' };
  if (output.parts === undefined) return shown;
  const parts = output.parts.map(part => {
    const { viewId, columns, key, snapshot } = one(part.viewId) ?? part;
    return { viewId, columns, key, snapshot };
  });
  return { ...shown, parts };
}

function liveIds(output: PageOutput, { ids }: PreparedReplay): string[] {
  const known = new Set(ids.values());
  const found =
    output.kind === 'view'
      ? [output.output.viewId, ...(output.output.parts ?? []).map(({ viewId }) => viewId)]
      : output.kind === 'prose'
        ? output.output.parts.flatMap(part => (part.kind === 'view' ? [part.viewId] : []))
        : [];
  return found.filter(id => known.has(id));
}
