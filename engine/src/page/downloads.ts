import { csvEncoding } from '../codecs/textEncode.js';
import { MillraceError } from '../columns/error.js';
import { arrowTo } from '../sinks/arrowTo.js';
import type { SinkConnector } from '../sinks/sink.js';
import { textTo } from '../sinks/textTo.js';

/** A page has no files to write to. */
class NoFilesError extends MillraceError {
  override readonly name = 'NoFilesError';
}

/** What a page can download of its tables: CSV and Arrow. What writes Parquet is larger than the page. */
export const PAGE_DOWNLOADS: readonly SinkConnector[] = [
  download('csv', (schema, file) => Promise.resolve(textTo(csvEncoding(schema, true), file, null))),
  download('arrow', arrowTo),
];

function download(
  name: string,
  to: (...given: Parameters<typeof arrowTo>) => ReturnType<typeof arrowTo>,
): SinkConnector {
  return {
    name,
    openTo: (schema, _options, target) => to(schema, target),
    open: () => {
      const hint = 'Download the table, or write it in the notebook.';
      return Promise.reject(new NoFilesError('MR4630', 'nothing in a page writes files.', hint));
    },
  };
}
