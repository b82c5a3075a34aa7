import { createHash } from 'node:crypto';
import {
  ALL_ROWS,
  PROTOCOL_VERSION,
  VIEW_MIME,
  type ViewColumn,
  type ViewDescription,
  type ViewOutput,
} from '@millrace/protocol';
import { typeName } from 'millrace/session';
import type { BoundPlan, HostReplies } from 'millrace/session';
import type { DisplayData, LiveOutput } from '../runner/contract.js';
import { chartPng, type DrawnTable } from './chartImage.js';
import { htmlTable, plainTable } from './html.js';
import { statusText } from './statusText.js';
import { textTable, vegaRows, viewRows } from './viewRows.js';

/** A view's rows and its state, as the session's host gives them; of a chart over several tables with those of the others. */
export type Snapshot = HostReplies['viewSnapshot'] & { readonly others?: readonly Snapshot[] };

/** Asks the host for the rows of all tables that a view shows. */
export async function snapshotOf(
  { viewId, parts }: Pick<LiveOutput, 'viewId' | 'parts'>,
  limit: number,
  ask: (viewId: string, limit: number) => Promise<Snapshot>,
): Promise<Snapshot> {
  const first = await ask(viewId, limit);
  if (parts === undefined) return first;
  return { ...first, others: await Promise.all(parts.map(part => ask(part, limit))) };
}

/** What an output is made of. */
export type Bundle = Omit<DisplayData, 'displayId' | 'live'>;

/** A view that is a chart. */
export type ChartView = Extract<ViewDescription, { kind: 'chart' }>;

/** Rows that are saved with an output: a notebook is a file that people read, and send. */
export const SAVED_ROWS = { grid: 300, chart: 2000 } as const;

/** Rows of the table as text and HTML. */
const TEXT_ROWS = 10;

/** Rows that a picture draws at most. */
const PICTURE_ROWS = 20_000;

/** Rows that make a picture of lines, of however many there are. */
const LINE_ROWS = 5000;

/** How many rows are asked of the host for the picture of a chart. */
export function pictureRows(view: ChartView): number {
  return view.maxRows === ALL_ROWS ? LINE_ROWS : Math.min(view.maxRows, PICTURE_ROWS);
}

/** The bundle of a view: the saved state for our extension, and a small table for all others. */
export function viewBundle(
  { viewId, parts, view, caption }: Omit<LiveOutput, 'digest'>,
  snapshot: Snapshot,
): Bundle {
  const tables = tablesOf(snapshot);
  const [first, ...others] = tables.map(({ arrow, status, bound }) => ({
    columns: columnsOf(bound),
    key: bound.key ?? [],
    snapshot: { arrow: Buffer.from(arrow).toString('base64'), status },
  }));
  const output: ViewOutput = {
    v: PROTOCOL_VERSION,
    viewId,
    view,
    ...first,
    ...(parts === undefined ? {} : { parts: others.map((other, at) => ({ viewId: parts[at], ...other })) }),
  };
  const written = tables.map(({ arrow, status, bound }, at) => {
    const rows = viewRows(arrow, columnsOf(bound));
    // Of more rows than were saved, the first ones are not here to be shown.
    const table = textTable(rows, TEXT_ROWS, status.total > rows.count);
    const of = tables.length === 1 ? '' : ` · table ${at + 1} of ${tables.length}`;
    const line = `${caption}${of} · ${statusText(status)}`;
    return { text: `${plainTable(table)}\n${line}`, html: htmlTable(table, line) };
  });
  const data = {
    [VIEW_MIME]: output,
    'text/plain': written.map(({ text }) => text).join('\n\n'),
    'text/html': written.map(({ html }) => html).join(''),
  };
  return { data, metadata: {} };
}

/** The rows of all tables of a view, the first one's before the others'. */
export function tablesOf(snapshot: Snapshot): readonly Snapshot[] {
  return [snapshot, ...(snapshot.others ?? [])];
}

/** The rows of all tables as a chart draws them. */
export function drawnTables(view: ChartView, all: Snapshot): DrawnTable[] {
  return tablesOf(all).map(({ arrow, bound }) => {
    const columns = columnsOf(bound);
    return { columns, rows: vegaRows(viewRows(arrow, columns), view.timeZone) };
  });
}

/** A chart's bundle with a picture of all the rows that it shows. Beside it there is no HTML: converters would prefer it. */
export async function picturedBundle(view: ChartView, { data }: Bundle, all: Snapshot): Promise<Bundle> {
  const { png, width, height } = await chartPng(view, drawnTables(view, all));
  const { 'text/html': _, ...rest } = data;
  const picture = Buffer.from(png).toString('base64');
  return { data: { ...rest, 'image/png': picture }, metadata: { 'image/png': { width, height } } };
}

/** A plan's columns as front ends know them. */
export function columnsOf(bound: BoundPlan): ViewColumn[] {
  return bound.fields.map(({ name, type, nullable }) => {
    return { name, type: typeName(type), nullable };
  });
}

/** What tells two states of a view apart. */
export function digestOf(snapshot: Snapshot): string {
  const hash = createHash('sha256');
  for (const { arrow, status } of tablesOf(snapshot)) hash.update(arrow).update(JSON.stringify(status));
  return hash.digest('base64');
}
