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
import { chartPng } from './chartImage.js';
import { htmlTable, plainTable } from './html.js';
import { statusText } from './statusText.js';
import { textTable, vegaRows, viewRows } from './viewRows.js';

/** A view's rows and its state, as the session's host gives them. */
export type Snapshot = HostReplies['viewSnapshot'];

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
  { viewId, view, caption }: Omit<LiveOutput, 'digest'>,
  { arrow, status, bound }: Snapshot,
): Bundle {
  const columns = columnsOf(bound);
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

/** A chart's bundle with a picture of all the rows that it shows. Beside it there is no HTML: converters would prefer it. */
export async function picturedBundle(view: ChartView, { data }: Bundle, all: Snapshot): Promise<Bundle> {
  const columns = columnsOf(all.bound);
  const { png, width, height } = await chartPng(
    view,
    columns,
    vegaRows(viewRows(all.arrow, columns), view.timeZone),
  );
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
export function digestOf({ arrow, status }: Snapshot): string {
  return createHash('sha256').update(arrow).update(JSON.stringify(status)).digest('base64');
}
