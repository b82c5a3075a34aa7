import type { ChartSpec } from '@millrace/protocol';
import { whole } from '../../format.js';
import type { ViewModel } from '../../model/viewModel.js';
import { describeChart } from './describe.js';
import { shortened } from './plainText.js';
import { rangesOf } from './ranges.js';

/** Characters of a summary at most: it is heard from its beginning to its end. */
const MOST = 700;

/**
 * What a chart shows now, in words, for who cannot see it: what is drawn by what, how many rows, from where to where, and of each series the last, least and greatest
 * value. Plain text of bounded length, whatever names and values there are.
 *
 * @example 'Line chart of price by ts, one line a symbol. 2,000 rows. ts from 14:30:00 to 15:10:00. AAPL: last 189.2, from 187.1 to 190.4.'
 */
export function chartSummary(chart: ChartSpec, model: ViewModel, timeZone?: string): string {
  const { text, drawn } = describeChart(chart);
  const tables = [model, ...model.others];
  const size = model.size;
  const ranges = drawn.flatMap(each => {
    const table = tables.at(each.table);
    return table === undefined ? [] : rangesOf(table.rows(), table.columns, each, timeZone);
  });
  const sentences = [text, countText(size, model), ...new Set(ranges)];
  return shortened(`${sentences.map(each => each.replace(/[.\s]+$/, '')).join('. ')}.`, MOST);
}

function countText(shown: number, { status }: ViewModel): string {
  if (shown === 0) return 'No rows so far';
  const rows = shown === 1 ? '1 row' : `${whole(shown)} rows`;
  const of = status.drawn?.of ?? status.total;
  return of > shown ? `${rows} of ${whole(of)}` : rows;
}
