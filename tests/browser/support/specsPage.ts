import {
  type Chart,
  clock,
  DISPLAYABLE,
  first,
  last,
  max,
  min,
  sum,
  Table,
  tumble,
} from '../../../engine/src/page/index.js';
import { createPageHost } from '../../../engine/src/page/host.js';
import { setDefaultLink } from '../../../engine/src/session/index.js';
import { ChartSurface } from '../../../ui/src/chart/chartSurface.js';
import { LiveView } from '../../../ui/src/view/liveView.js';
import { SPECS } from '../specs/index.js';
import { allSeen, outputOf, PageChannel } from './pageViews.js';

/** What a page tells of one spec. */
export interface SpecResult {
  readonly name: string;
  readonly marks: number;
  readonly frames: number;
  readonly error: string;
}

interface SceneMark {
  readonly marktype?: string;
  readonly role?: string;
  readonly items?: readonly SceneMark[];
}

/** How many things are drawn, axes, legends and titles left out. */
function marksOf(mark: SceneMark): number {
  if (mark.role !== undefined && /^(axis|legend|title|row|column|scope-title)/.test(mark.role)) return 0;
  const inner = (mark.items ?? []).reduce((total, item) => total + marksOf(item), 0);
  return inner + (mark.role === 'mark' && mark.marktype !== 'group' ? (mark.items?.length ?? 0) : 0);
}

async function run(): Promise<() => SpecResult[]> {
  const host = createPageHost();
  setDefaultLink(host.link());
  const START = Date.UTC(2026, 0, 5, 14, 30);
  const N = 240;
  const numbers = Array.from({ length: N }, (_, k) => k);
  const trades = Table.of(
    {
      ts: numbers.map(k => new Date(START + k * 5000)),
      symbol: numbers.map(k => (k % 2 === 0 ? 'A' : 'B')),
      price: numbers.map(k => 100 + Math.sin(k / 9) * 5 + (k % 2) * 20),
      size: numbers.map(k => 1 + ((k * 37) % 100)),
    },
    { time: 'ts' },
  ).replay({ time: 'ts', name: 'trades', watermark: '0 s' });
  const bars = trades
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(t => ({
      open: first(t.price),
      high: max(t.price),
      low: min(t.price),
      close: last(t.price),
      volume: sum(t.size),
    }));
  await clock.start({ at: new Date(START).toISOString(), speed: 120 });
  const shown: {
    name: string;
    surface: { view: unknown } | null;
    channel: PageChannel | null;
    view: LiveView | null;
    refused: string;
  }[] = [];
  for (const [name, table, spec] of SPECS) {
    const entry: (typeof shown)[number] = { name, surface: null, channel: null, view: null, refused: '' };
    shown.push(entry);
    try {
      const chart: Chart = (table === 'bars' ? bars : trades).chart(spec as never);
      const output = await outputOf(host, chart[DISPLAYABLE]());
      const channel = (entry.channel = new PageChannel(host));
      entry.view = new LiveView({
        output,
        channel,
        screen: allSeen,
        surface: () => {
          const surface = new ChartSurface(chart.chart, { mode: 'light', font: 'sans-serif' }, name);
          entry.surface = surface as never;
          return surface;
        },
      });
      const box = document.createElement('div');
      box.style.width = '420px';
      box.append(document.createTextNode(name), entry.view.node);
      document.body.append(box);
    } catch (error) {
      entry.refused = String(error);
    }
  }
  return () =>
    shown.map(({ name, surface, channel, view, refused }) => {
      const vega = surface?.view as { scenegraph(): { root: SceneMark } } | null | undefined;
      const told = [...(view?.node.querySelectorAll<HTMLElement>('.millrace-Error:not([hidden])') ?? [])];
      return {
        name,
        marks: vega == null ? 0 : marksOf(vega.scenegraph().root),
        frames: channel?.frames ?? 0,
        error: refused + told.map(node => node.textContent).join(' '),
      };
    });
}

run().then(
  results => Object.assign(window, { results }),
  (error: unknown) =>
    Object.assign(window, { results: () => [{ name: 'all', marks: 0, frames: 0, error: String(error) }] }),
);
