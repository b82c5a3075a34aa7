import { VIEW_MIME, type ViewOutput, type ViewPart, type ViewSnapshot } from '@millrace/protocol';
import { bytesToBase64 } from '../model/base64.js';
import { encodeRows } from '../model/encodeRows.js';
import type { Row } from '../model/rows.js';
import type { ViewModel } from '../model/viewModel.js';
import { staticTable } from './staticTable.js';
import { factsOf } from './statusLine.js';
import type { Picture } from './surface.js';
import { thinnedRows } from './thinnedRows.js';

/** Saved rows at most: a notebook is a file that people read, and send. */
const SAVED_ROWS = { grid: 300, chart: 2000 } as const;

/** A view's state as a notebook keeps it: a bundle of MIME types, and its metadata. */
export interface SavedBundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * A view's output with the rows that it has now, and for readers without this extension a picture of a chart, or a table.
 * Beside a picture there is no HTML: converters would prefer it.
 */
export function savedBundle(output: ViewOutput, model: ViewModel, picture: Picture | null): SavedBundle {
  const chart = output.view.kind === 'chart' ? output.view.chart : null;
  const rows = thinnedRows(model.rows(), model.columns, chart, SAVED_ROWS[output.view.kind]);
  const saved: ViewOutput = {
    ...output,
    columns: model.columns,
    key: model.key,
    snapshot: snapshotOf(rows, model),
    ...(output.parts === undefined
      ? {}
      : {
          parts: output.parts.map((part, index): ViewPart => {
            const other = model.others.at(index);
            if (other === undefined) return part;
            const { columns, key } = other;
            const last = other.rows().slice(-SAVED_ROWS.chart);
            return { viewId: part.viewId, columns, key, snapshot: snapshotOf(last, other) };
          }),
        }),
  };
  const title = output.view.title ?? (output.view.kind === 'grid' ? 'Table' : 'Chart');
  const caption = [title, model.status.state, ...factsOf(model.status, model.status.total)].join(' · ');
  const { html, text } = staticTable(rows, model.columns, caption);
  const others = model.others.map(other => `${staticTable(other.rows(), other.columns, '').text}\n`);
  const data = { [VIEW_MIME]: saved, 'text/plain': [...others, text].join('') };
  if (picture === null) return { data: { ...data, 'text/html': html }, metadata: {} };
  const { png, width, height } = picture;
  return { data: { ...data, 'image/png': png }, metadata: { 'image/png': { width, height } } };
}

function snapshotOf(rows: readonly Row[], { columns, status }: ViewModel): ViewSnapshot {
  return { arrow: bytesToBase64(encodeRows(rows, columns)), status };
}
