import { createHash, randomUUID } from 'node:crypto';
import {
  PROTOCOL_VERSION,
  VIEW_MIME,
  type ViewColumn,
  type ViewDescription,
  type ViewOutput,
} from '@millrace/protocol';
import type { Displayed } from 'millrace';
import { typeName } from 'millrace/session';
import type { BoundPlan, HostLink, HostReplies } from 'millrace/session';
import type { DisplayData } from '../runner/contract.js';
import { chartPng } from './chartImage.js';
import { htmlTable, plainTable } from './html.js';
import { statusText } from './statusText.js';
import { textTable, vegaRows, viewRows } from './viewRows.js';

type Snapshot = HostReplies['viewSnapshot'];

/** Rows that are saved with an output: a notebook is a file that people read, and send. */
const SAVED_ROWS = { grid: 300, chart: 2000 } as const;

/** Rows that a picture draws at most. */
const PICTURE_ROWS = 20_000;

/** Rows of the table as text and HTML. */
const TEXT_ROWS = 10;

/** A live view that an output shows. */
interface ShownView {
  readonly displayId: string;
  readonly viewId: string;
  readonly view: ViewDescription;
  readonly caption: string;
  /** What the last bundle was made of: the same content is not sent twice. */
  digest: string;
  pictured: boolean;
}

/** The live views that a notebook's outputs show. */
export class Views {
  readonly #link: HostLink;
  readonly #shown = new Map<string, ShownView>();

  constructor(link: HostLink) {
    this.#link = link;
  }

  /** Registers a view with the host and makes its first bundle, without a picture. */
  async show(
    { plan, view, collection }: Displayed,
    owner: string | null,
    displayId: string,
  ): Promise<DisplayData> {
    const viewId = randomUUID();
    await this.#link.request({ type: 'view', viewId, plan, owner, view });
    const shown: ShownView = {
      displayId,
      viewId,
      view,
      caption: view.title ?? collection ?? 'Chart',
      digest: '',
      pictured: false,
    };
    this.#shown.set(displayId, shown);
    const snapshot = await this.#snapshot(shown, SAVED_ROWS[view.kind]);
    shown.digest = digestOf(snapshot);
    return { ...bundle(shown, snapshot), displayId };
  }

  /** An output shows something else now. */
  forget(displayId: string): void {
    this.#shown.delete(displayId);
  }

  /** Waits for finite replays to end, then gives the bundles, pictures included, of the views that have changed. */
  async settle(): Promise<DisplayData[]> {
    if (this.#shown.size === 0) return [];
    const { mode } = await this.#link.request({ type: 'clock', command: { type: 'state' } });
    if (mode === 'max' || mode === 'playing') await this.#link.request({ type: 'until', time: 'end' });
    const changed: DisplayData[] = [];
    for (const shown of this.#shown.values()) {
      // A view whose cell was run again is gone: its last drawing stays.
      const snapshot = await this.#snapshot(shown, SAVED_ROWS[shown.view.kind]).catch(() => null);
      if (snapshot === null) {
        this.#shown.delete(shown.displayId);
        continue;
      }
      const digest = digestOf(snapshot);
      if (digest === shown.digest && (shown.pictured || shown.view.kind === 'grid')) continue;
      shown.digest = digest;
      shown.pictured = true;
      const made = bundle(shown, snapshot);
      const final = shown.view.kind === 'chart' ? await this.#pictured(shown, shown.view, made) : made;
      changed.push({ ...final, displayId: shown.displayId });
    }
    return changed;
  }

  #snapshot({ viewId }: ShownView, limit: number): Promise<Snapshot> {
    return this.#link.request({ type: 'viewSnapshot', viewId, limit });
  }

  /** The bundle with a picture of all the rows that the chart shows. Beside it there is no HTML: converters would prefer it. */
  async #pictured(shown: ShownView, view: ChartView, { data }: Bundle): Promise<Bundle> {
    const { arrow, bound } = await this.#snapshot(shown, Math.min(view.maxRows, PICTURE_ROWS));
    const columns = viewColumns(bound);
    const { png, width, height } = await chartPng(
      view,
      columns,
      vegaRows(viewRows(arrow, columns), view.timeZone),
    );
    const { 'text/html': _, ...rest } = data;
    const picture = Buffer.from(png).toString('base64');
    return { data: { ...rest, 'image/png': picture }, metadata: { 'image/png': { width, height } } };
  }
}

type ChartView = Extract<ViewDescription, { kind: 'chart' }>;
type Bundle = Omit<DisplayData, 'displayId'>;

function bundle({ viewId, view, caption }: ShownView, { arrow, status, bound }: Snapshot): Bundle {
  const columns = viewColumns(bound);
  const output: ViewOutput = {
    v: PROTOCOL_VERSION,
    viewId,
    view,
    columns,
    key: bound.key ?? [],
    snapshot: { arrow: Buffer.from(arrow).toString('base64'), status },
  };
  const rows = viewRows(arrow, columns);
  // Of more rows than were saved, the first ones are not here to be shown.
  const table = textTable(rows, TEXT_ROWS, status.total > rows.count);
  const line = `${caption} · ${statusText(status)}`;
  const data = {
    [VIEW_MIME]: output,
    'text/plain': `${plainTable(table)}\n${line}`,
    'text/html': htmlTable(table, line),
  };
  return { data, metadata: {} };
}

function viewColumns(bound: BoundPlan): ViewColumn[] {
  return bound.fields.map(({ name, type, nullable }) => {
    return { name, type: typeName(type), nullable };
  });
}

function digestOf({ arrow, status }: Snapshot): string {
  return createHash('sha256').update(arrow).update(JSON.stringify(status)).digest('base64');
}
