import type { PanelKept, PanelState, PanelView } from '@millrace/protocol';
import { makeBadge } from '../badge.js';
import { element, setAttribute, setText } from '../dom.js';
import { whole } from '../format.js';
import { ConfirmButton } from './confirmButton.js';
import { Details, type NotebookCells } from './details.js';
import { bytesText, counted, rateText, spanText } from './figures.js';
import type { PanelClient } from './panelClient.js';
import { PanelTable } from './panelTable.js';
import { queryTable, type QueryTable } from './queryTable.js';
import { sourceTable } from './sourceTable.js';
import { stateLook } from './stateLook.js';
import { writeTable } from './writeTable.js';

/** What the panel is shown for. */
export interface PanelSubject {
  readonly client: PanelClient;
  /** The notebook's name. */
  readonly title: string;
  readonly cells: NotebookCells;
}

/** What the tables of the panel are made with. */
export interface PanelContext {
  readonly client: () => PanelClient | null;
  readonly cells: NotebookCells;
  readonly zone: () => string | null;
}

const NO_NOTEBOOK = 'Open a notebook that runs Millrace’s kernel: its streams are shown here.';
const NO_KERNEL = 'No kernel is running.';
const NOTHING =
  'Nothing runs in this notebook. Run a cell that shows a stream, a table or a chart, or writes rows: its sources and queries come here.';

/**
 * What a notebook's session has and does: sources, tables, views, writes and kept results, with their figures, where they come from, and what
 * can be done with them. Plain DOM; names of the data are text nodes.
 */
export class StreamsPanel {
  readonly node = element('div', 'millrace-Panel');
  readonly #title = element('h2', 'millrace-Panel-subject');
  readonly #clock = makeBadge();
  readonly #facts = element('p', 'millrace-Panel-facts');
  readonly #empty = element('p', 'millrace-Panel-empty');
  readonly #note = element('p', 'millrace-Panel-note');
  readonly #stopAll: ConfirmButton;
  readonly #releaseAll: ConfirmButton;
  readonly #head: HTMLElement;
  readonly #sources;
  readonly #queries: QueryTable;
  readonly #views: PanelTable<PanelView & { readonly queryName: string }>;
  readonly #writes;
  readonly #kept: PanelTable<PanelKept>;
  #subject: PanelSubject | null = null;
  #zone: string | null = null;
  #unlisten: () => void = () => undefined;

  constructor() {
    const context: PanelContext = {
      client: () => this.#subject?.client ?? null,
      cells: {
        label: id => this.#subject?.cells.label(id) ?? null,
        go: id => this.#subject?.cells.go(id),
      },
      zone: () => this.#zone,
    };
    const request = (type: 'stopAll' | 'releaseAll'): void => this.#subject?.client.request({ type });
    this.#stopAll = new ConfirmButton(
      'Stop all',
      () => 'Stop every query, write and recording? Rows that come meanwhile are lost.',
      () => request('stopAll'),
    );
    this.#releaseAll = new ConfirmButton(
      'Release results',
      () => 'Give up all kept results? They are computed again where they are asked for.',
      () => request('releaseAll'),
    );
    const tools = element('div', 'millrace-Panel-tools', this.#stopAll.node, this.#releaseAll.node);
    this.#head = element('div', 'millrace-Panel-head', this.#facts, tools);
    this.#note.setAttribute('role', 'status');
    this.#sources = sourceTable(context);
    this.#queries = queryTable(context, () => this.#folded());
    this.#views = viewTable(context, query => this.#queries.table.unfold(query));
    this.#writes = writeTable(context);
    this.#kept = keptTable(context);
    this.node.append(
      element('div', 'millrace-Panel-subjectLine', this.#title, this.#clock),
      this.#note,
      this.#empty,
      this.#head,
      this.#sources.node,
      this.#queries.table.node,
      this.#views.node,
      this.#writes.node,
      this.#kept.node,
    );
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Streams');
    this.node.addEventListener('keydown', event => this.#moveFocus(event));
    this.#show();
  }

  /** Shows another notebook's session; null: none. */
  setSubject(subject: PanelSubject | null): void {
    if (subject === this.#subject) return;
    this.#unlisten();
    this.#subject = subject;
    this.#unlisten = subject?.client.onChange(() => this.#show()) ?? (() => undefined);
    this.#folded();
    this.#show();
  }

  /** The zone in which times are shown; null: UTC. */
  setTimeZone(zone: string | null): void {
    this.#zone = zone;
    this.#show();
  }

  dispose(): void {
    this.#unlisten();
    this.node.remove();
  }

  /** Plans are told of the queries that are unfolded. */
  #folded(): void {
    const client = this.#subject?.client;
    if (client !== undefined) client.plans = this.#queries.table.unfolded;
  }

  #show(): void {
    const subject = this.#subject;
    const client = subject?.client ?? null;
    const state = client?.state ?? null;
    setText(this.#title, subject?.title ?? 'Streams');
    const note = client?.note ?? null;
    setText(this.#note, note?.text ?? '');
    this.#note.hidden = note === null;
    setAttribute(this.#note, 'data-severity', note?.isProblem === true ? 'error' : 'note');
    const isNothing = state === null || countOf(state) === 0;
    setText(this.#empty, emptyText(client, state));
    this.#empty.hidden = !isNothing;
    this.#head.hidden = isNothing;
    this.#showClock(state);
    this.#sources.show(state?.sources ?? []);
    this.#queries.show(state);
    const names = new Map(state?.queries.map(({ id, name, text }) => [id, name ?? text]));
    this.#views.show(
      (state?.views ?? []).map(view => ({ ...view, queryName: names.get(view.query) ?? 'a query' })),
    );
    this.#writes.show(state?.writes ?? []);
    this.#kept.show(state?.kept ?? []);
    if (state !== null) this.#showFacts(state);
    this.node.dataset.millracePanel =
      client === null ? 'none' : state === null ? client.standing.kind : 'shown';
  }

  #showClock(state: PanelState | null): void {
    const mode = state?.clock ?? 'idle';
    this.#clock.hidden = mode === 'idle';
    setText(this.#clock, mode === 'max' ? 'at once' : mode);
    setAttribute(this.#clock, 'data-state', mode === 'playing' ? 'replaying' : mode);
    setAttribute(this.#clock, 'title', 'The session clock');
  }

  #showFacts({ summary, memory, left, kept }: PanelState): void {
    const { rowsPerSecond, worstLagUs, worstLagOf, errors } = summary;
    const facts = [
      `${rateText(rowsPerSecond)} rows/s`,
      `${bytesText(memory.usedBytes)} of ${bytesText(memory.limitBytes)} memory`,
      ...(worstLagUs === null
        ? []
        : [`${spanText(worstLagUs)} behind${worstLagOf === null ? '' : ` (${worstLagOf})`}`]),
      ...(memory.evictedBytes === 0 ? [] : [`${bytesText(memory.evictedBytes)} given up for memory`]),
      ...(errors === 0 ? [] : [counted(errors, 'error')]),
      ...(left === 0 ? [] : [`${whole(left)} more not shown`]),
    ];
    while (this.#facts.childElementCount > facts.length) this.#facts.lastElementChild?.remove();
    facts.forEach((fact, at) => {
      const node = this.#facts.children[at] ?? this.#facts.appendChild(element('span'));
      setText(node, fact);
    });
    this.#stopAll.node.hidden = summary.queries + summary.sources === 0;
    this.#releaseAll.node.hidden = kept.length === 0;
  }

  /** Arrow keys go from one name to the next, over all tables. */
  #moveFocus(event: KeyboardEvent): void {
    const target = event.target as Element | null;
    if (target?.classList.contains('millrace-Panel-fold') !== true) return;
    const folds = [...this.node.querySelectorAll<HTMLElement>('.millrace-Panel-fold')].filter(
      fold => fold.closest('[hidden]') === null,
    );
    const at = folds.indexOf(target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: folds.length - 1 }[event.key];
    const isOpen = target.getAttribute('aria-expanded') === 'true';
    if ((event.key === 'ArrowRight' && !isOpen) || (event.key === 'ArrowLeft' && isOpen))
      (target as HTMLElement).click();
    else if (to === undefined) return;
    else folds[to]?.focus();
    event.preventDefault();
  }
}

function countOf({ sources, queries, views, writes, kept }: PanelState): number {
  return sources.length + queries.length + views.length + writes.length + kept.length;
}

function emptyText(client: PanelClient | null, state: PanelState | null): string {
  if (client === null) return NO_NOTEBOOK;
  const { kind, reason } = client.standing;
  if (kind === 'unavailable' || kind === 'closed') return reason ?? NO_KERNEL;
  return state === null ? 'Asking the kernel…' : NOTHING;
}

function viewTable(context: PanelContext, toQuery: (id: string) => void) {
  type Shown = PanelView & { readonly queryName: string };
  return new PanelTable<Shown>({
    label: 'Views',
    columns: [{ head: 'Rows', title: 'Rows of its table', text: ({ rows }) => whole(rows), room: 0 }],
    name: ({ title, queryName, form }) => `${title ?? queryName} (${form})`,
    state: ({ readers, error }) =>
      error !== null
        ? { word: 'failed', look: 'failed', why: error }
        : readers === 0
          ? { word: 'not open', look: 'ended', why: 'No page shows it now.' }
          : { word: 'open', look: 'live', why: null },
    details: entry =>
      new Details<Shown>(
        {
          facts: ({ queryName, rows, readers }) => [
            ['Shows', queryName],
            ['Rows', whole(rows)],
            ['Open in', counted(readers, 'place')],
          ],
          actions: [
            {
              label: 'Show its table',
              isThere: () => true,
              question: () => null,
              act: ({ query }) => toQuery(query),
            },
          ],
          cells: context.cells,
        },
        entry,
      ),
  });
}

function keptTable({ client, cells }: PanelContext) {
  return new PanelTable<PanelKept>({
    label: 'Kept results',
    columns: [
      { head: 'Rows', title: 'Rows that are kept', text: ({ rows }) => whole(rows), room: 0 },
      { head: 'Memory', title: 'Memory that it holds', text: ({ bytes }) => bytesText(bytes), room: 1 },
    ],
    name: ({ name, text }) => name ?? text,
    state: ({ state }) => ({ word: state, look: stateLook(state), why: null }),
    details: entry =>
      new Details<PanelKept>(
        {
          facts: ({ text, rows, bytes }) => [
            ['What', text],
            ['Rows', whole(rows)],
            ['Memory', bytesText(bytes)],
          ],
          actions: [
            {
              label: 'Release',
              isThere: () => true,
              question: () => 'Give this result up? It is computed again where it is asked for.',
              act: ({ id }) => client()?.request({ type: 'release', id }),
            },
          ],
          cells,
        },
        entry,
      ),
  });
}
