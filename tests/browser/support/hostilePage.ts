import { PROTOCOL_VERSION, type ViewDescription } from '@millrace/protocol';
import { DISPLAYABLE, Table, type Displayable } from '../../../engine/src/page/index.js';
import { createPageHost } from '../../../engine/src/page/host.js';
import { setDefaultLink } from '../../../engine/src/session/index.js';
import { showTooltip } from '../../../ui/src/chart/tooltip.js';
import { NO_ROWS } from '../../../ui/src/model/noRows.js';
import { openView } from '../../../ui/src/openView.js';
import { ProseView } from '../../../ui/src/prose/proseView.js';
import { StatusLine } from '../../../ui/src/view/statusLine.js';
import { HOSTILE_TEXTS } from './hostileTexts.js';
import { allSeen, outputOf, PageChannel } from './pageViews.js';

const host = createPageHost();
setDefaultLink(host.link());
const look = { mode: 'light', font: 'sans-serif' } as const;
/** What could not be shown, with the reason: a clear error is one way not to run anything. */
const refused: string[] = [];

async function show(what: string, shown: () => Displayable, title: string | null): Promise<void> {
  try {
    const displayed = shown()[DISPLAYABLE]();
    const view: ViewDescription = { ...displayed.view, title };
    const output = await outputOf(host, { ...displayed, view });
    const opened = await openView({ output, channel: new PageChannel(host), look });
    place(what, opened.node);
  } catch (error) {
    refused.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function place(what: string, node: Node): void {
  const box = document.createElement('section');
  box.style.width = '400px';
  box.dataset.what = what.slice(0, 40);
  box.append(node);
  document.body.append(box);
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, k) => k + 1);

/** All texts as values of one column. */
const values = Table.of<Record<'symbol' | 'x' | 'y', string | number>>({
  symbol: [...HOSTILE_TEXTS],
  x: numbers(HOSTILE_TEXTS.length),
  y: numbers(HOSTILE_TEXTS.length).map(k => (k * 37) % 17),
} as never);

const xy = { x: 'x', y: 'y', color: 'symbol' } as const;
const OF_VALUES: Readonly<Record<string, () => Displayable>> = {
  table: () => values,
  line: () => values.line(xy),
  area: () => values.area({ ...xy, stack: true }),
  bar: () => values.bar({ x: 'symbol', y: 'y' }),
  point: () => values.point(xy),
  histogram: () => values.histogram({ x: 'symbol' }),
  heatmap: () => values.heatmap({ x: 'symbol', y: 'y' }),
  boxplot: () => values.boxplot({ x: 'symbol', y: 'y' }),
  stat: () => values.stat({ value: 'symbol' }),
  candlestick: () =>
    values.candlestick({
      x: 'x',
      open: 'y',
      high: 'y',
      low: 'y',
      close: 'y',
      volume: 'y',
      facet: 'symbol',
    } as never),
  depth: () => values.depth({ bid: 'y', bidSize: 'y', ask: 'x', askSize: 'y' } as never),
};

/** One text as the name of a column, and of a chart, by forms in turn. */
function named(text: string, at: number): () => Displayable {
  const columns = Object.fromEntries([
    [text, numbers(5)],
    ['other', ['a', 'b', 'a', 'b', text]],
  ]);
  const table = () => Table.of<Record<string, number>>(columns as never);
  const forms: (() => Displayable)[] = [
    () => table(),
    () => table().line({ x: text, y: text, color: 'other' }),
    () => table().bar({ x: 'other', y: text }),
    () => table().point({ x: text, y: text, color: text }),
    () => table().area({ x: text, y: text }),
    () => table().histogram({ x: text }),
    () => table().heatmap({ x: text, y: 'other', color: text }),
    () => table().boxplot({ x: 'other', y: text }),
    () => table().stat({ value: text, label: text }),
    () =>
      table().candlestick({ x: text, open: text, high: text, low: text, close: text, volume: text } as never),
    () => table().depth({ bid: text, bidSize: text, ask: text, askSize: text } as never),
    () =>
      table().chart({
        title: text,
        mark: { type: 'point', tooltip: { content: 'data' } },
        encoding: { x: { field: 'other', title: text }, y: { field: text, title: text, aggregate: 'max' } },
      } as never),
  ];
  return forms[at % forms.length]!;
}

/** A spec that somebody else's notebook has saved: nothing has looked at it. */
async function saved(text: string, at: number): Promise<void> {
  const parts = [
    { transform: [{ calculate: text, as: 'made' }] },
    { transform: [{ filter: text }] },
    { params: [{ name: 'p', expr: text }] },
    { encoding: { x: { field: 'x', type: 'quantitative', axis: { labelExpr: text } } } },
    { mark: { type: 'point', tooltip: { expr: text } } },
    { encoding: { href: { value: text }, x: { field: 'x', type: 'quantitative' } } },
    { mark: { type: 'image', url: text }, encoding: { x: { field: 'x', type: 'quantitative' } } },
    { data: { url: text }, usermeta: { embedOptions: { actions: text } } },
    { description: text, title: { text: { expr: text } }, config: { style: { [text]: { fill: text } } } },
    { params: [{ name: 'p', bind: { input: 'text', element: text, name: text } }] },
  ];
  const spec = {
    mark: 'point',
    encoding: { y: { field: 'y', type: 'quantitative' } },
    ...parts[at % parts.length],
  };
  const chart = { form: 'vegaLite', spec } as const;
  const displayed = values.point({ x: 'x', y: 'y' })[DISPLAYABLE]();
  const output = await outputOf(host, displayed);
  try {
    const opened = await openView({
      output: { ...output, view: { ...displayed.view, title: text, chart } as never },
      channel: new PageChannel(host),
      look,
    });
    place('saved', opened.node);
  } catch (error) {
    refused.push(String(error));
  }
}

async function run(): Promise<object> {
  void allSeen;
  for (const [what, shown] of Object.entries(OF_VALUES)) await show(what, shown, what);
  for (const [at, text] of HOSTILE_TEXTS.entries()) {
    await show(text, named(text, at), text);
    await saved(text, at);
    const line = new StatusLine();
    line.update({ ...NO_ROWS, state: 'failed', error: text }, 'stale', text, 0, null);
    place('status', line.node);
    showTooltip(null, new MouseEvent('mousemove', { clientX: 5, clientY: 5 }), null, {
      [text]: text,
      nested: { text },
    });
    const prose = await ProseView.open({
      output: {
        v: PROTOCOL_VERSION,
        parts: [
          { kind: 'markdown', text: 'It says ' },
          { kind: 'text', text },
        ],
      },
      screen: allSeen,
      render: (markdown, node) => {
        node.textContent = markdown;
        return Promise.resolve();
      },
      viewChannel: () => new PageChannel(host),
      inputChannel: () => ({
        state: { kind: 'unavailable', reason: null },
        onState: () => undefined,
        onMessage: () => undefined,
        open: () => undefined,
        send: () => undefined,
        close: () => undefined,
      }),
    });
    place('prose', prose.node);
  }
  return { refused, texts: HOSTILE_TEXTS.length };
}

run().then(
  result => Object.assign(window, { result }),
  (error: unknown) => Object.assign(window, { result: { failed: String(error) } }),
);
