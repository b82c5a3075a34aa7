import { escapeHtml } from './html.js';
import { chartSpec } from './chartImage.js';
import type { LiveOutput } from '../runner/contract.js';
import { thrownText } from './safely.js';
import {
  drawnTables,
  picturedBundle,
  viewBundle,
  type Bundle,
  type ChartView,
  type Snapshot,
} from './viewBundle.js';

/** The Vega-Lite that front ends draw by themselves: JupyterLab, Notebook, VS Code and Colab all know this version. */
const VEGA_LITE = {
  mime: 'application/vnd.vegalite.v5+json',
  schema: 'https://vega.github.io/schema/vega-lite/v5.json',
};

/** A spec with its rows is sent up to so many rows and characters: with more of them there is the picture alone. */
const SPEC_ROWS = 1_000;
const SPEC_TEXT = 400_000;

/**
 * The bundle of a view for a front end that draws no live views: a chart as Vega-Lite with its rows, where these are few, and as a
 * picture. A chart that cannot be drawn is the table of its rows, and says why.
 *
 * @param saved the rows that are saved with the output
 * @param all the rows that the chart draws
 */
export async function drawnBundle(
  live: Omit<LiveOutput, 'digest'>,
  saved: Snapshot,
  all: Snapshot,
): Promise<Bundle> {
  const made = viewBundle(live, saved);
  const { view } = live;
  if (view.kind === 'grid') return made;
  try {
    const { data, metadata } = await picturedBundle(view, made, all);
    return { data: { ...data, ...specOf(view, all) }, metadata };
  } catch (error) {
    return toldBundle(made, `The chart cannot be drawn: ${thrownText(error)}`);
  }
}

/** A bundle with a sentence above what it shows. */
export function toldBundle({ data, metadata }: Bundle, sentence: string): Bundle {
  const told = {
    'text/plain': `${sentence}\n${String(data['text/plain'])}`,
    'text/html': `<div>${escapeHtml(sentence)}</div>${String(data['text/html'])}`,
  };
  return { data: { ...data, ...told }, metadata };
}

function specOf(view: ChartView, all: Snapshot): Record<string, unknown> {
  const tables = drawnTables(view, all);
  if (tables.reduce((total, { rows }) => total + rows.length, 0) > SPEC_ROWS) return {};
  const spec = {
    ...chartSpec(view, tables, 'sans-serif'),
    $schema: VEGA_LITE.schema,
  };
  const text = JSON.stringify(spec);
  return text.length > SPEC_TEXT ? {} : { [VEGA_LITE.mime]: JSON.parse(text) as unknown };
}
