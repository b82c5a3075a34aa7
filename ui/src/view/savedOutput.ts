import type { ViewOutput } from '@millrace/protocol';
import { bytesToBase64 } from '../model/base64.js';
import { encodeRows } from '../model/encodeRows.js';
import type { ViewModel } from '../model/viewModel.js';

/** Saved rows at most: a notebook is a file that people read, and send. */
const SAVED_ROWS = { grid: 300, chart: 2000 } as const;

/** A view's output with the rows that it has now. */
export function savedOutput(output: ViewOutput, model: ViewModel): ViewOutput {
  const rows = model.rows().slice(-SAVED_ROWS[output.view.kind]);
  return {
    ...output,
    columns: model.columns,
    key: model.key,
    snapshot: { arrow: bytesToBase64(encodeRows(rows, model.columns)), status: model.status },
  };
}
