import type { ShownWindows } from '@millrace/protocol';
import { formatDuration } from '../columns/duration.js';
import { planNodes } from '../plan/children.js';
import type { PlanNode } from '../plan/plan.js';
import type { RegisteredView } from './hostViews.js';

/** So many are told; of more, the first ones. */
const MOST_TABLES = 20;
const MOST_LABEL = 60;

/** The tables of windows that are shown, one entry for each: of a table with several views, the one that draws candlesticks. */
export function shownWindows(views: readonly RegisteredView[]): readonly ShownWindows[] {
  const shown = new Map<object, ShownWindows>();
  for (const { viewId, held, view, plan } of views) {
    const { query } = held;
    if (query.plan.table.window === null) continue;
    const bars = view.kind === 'chart' && 'form' in view.chart && view.chart.form === 'candlestick';
    const known = shown.get(query);
    if (known !== undefined && (known.bars || !bars)) continue;
    const title = view.title === null ? '' : `${view.title}: `;
    shown.set(query, { view: viewId, label: `${title}${windowText(plan)}`.slice(0, MOST_LABEL), bars });
  }
  return [...shown.values()].slice(0, MOST_TABLES);
}

/** What a table's windows are: `1 min`, `1 min every 10 s`, `1,000 rows`. */
function windowText(plan: PlanNode): string {
  for (const node of planNodes(plan)) {
    const window = 'window' in node ? node.window : null;
    if (typeof window !== 'object' || window === null || !('parameters' in window)) continue;
    const { type, parameters } = window;
    const size = parameters.sizeUs ?? parameters.gapUs;
    const step = parameters.slideUs ?? parameters.stepUs;
    const every = typeof step === 'number' ? ` every ${formatDuration(step)}` : '';
    return typeof size === 'number' ? `${type} ${formatDuration(size)}${every}` : type;
  }
  return 'windows';
}
