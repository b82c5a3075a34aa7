import { describe, expect, it } from 'vitest';
import { ROWS, toVegaLite, wallClock, type ChartSpec, type ViewColumn } from '@millrace/protocol';
import { parse, View, type Spec } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { datumOfRow } from './datum.js';
import { quickExpressions } from './quickExpressions.js';
import { seenSpan, SPAN, withSpan } from './timeAxis.js';

const START = Date.UTC(2026, 0, 5, 14, 30);
const MINUTE = 60_000;

/** The columns of bars, each under a name of the test's. */
function columnsAs(name: (plain: string) => string): ViewColumn[] {
  const column = (plain: string, type: string): ViewColumn => ({ name: name(plain), type, nullable: true });
  return [
    column('symbol', 'string'),
    column('windowStart', "timestamp('us')"),
    column('windowEnd', "timestamp('us')"),
    ...['open', 'high', 'low', 'close', 'bid', 'bidSize', 'ask', 'askSize'].map(one =>
      column(one, 'float64'),
    ),
    column('volume', 'int64'),
  ];
}

/** A row of bars and of a book: the last two minutes are open and revised. */
function values(i: number, symbol = `S${i % 2}`): unknown[] {
  const at = (START + (i >> 1) * MINUTE) * 1000;
  const close = 100 + Math.sin(i) * 3;
  const book = [100 - i, 1 + (i % 3), 101 + i, 1 + (i % 4)];
  return [symbol, at, at + MINUTE * 1000, 100, Math.max(100, close) + 1, 95, close, ...book, i * 7];
}

function forms(name: (plain: string) => string): Record<string, ChartSpec> {
  const xy = { x: name('windowStart'), y: name('close'), color: name('symbol') };
  const prices = { open: name('open'), high: name('high'), low: name('low'), close: name('close') };
  const book = { bid: name('bid'), bidSize: name('bidSize'), ask: name('ask'), askSize: name('askSize') };
  const stat = { value: name('close'), label: name('close'), x: name('windowStart'), format: ',.2f' };
  return {
    line: { form: 'line', ...xy },
    area: { form: 'area', ...xy, stack: false },
    'stacked area': { form: 'area', ...xy, stack: 'normalize' },
    bar: { form: 'bar', ...xy, stack: true },
    'bar of names': { form: 'bar', x: name('symbol'), y: name('volume'), color: null, stack: true },
    'bar of numbers': { form: 'bar', x: name('volume'), y: name('close'), color: null, stack: true },
    point: { form: 'point', x: name('close'), y: name('volume'), color: name('symbol') },
    histogram: { form: 'histogram', x: name('close'), bins: 10, color: name('symbol') },
    'histogram of names': { form: 'histogram', x: name('symbol'), bins: 10, color: null },
    heatmap: { form: 'heatmap', x: name('windowStart'), y: name('symbol'), color: name('volume') },
    'heatmap of numbers': { form: 'heatmap', x: name('close'), y: name('volume'), color: null },
    boxplot: { form: 'boxplot', x: name('symbol'), y: name('close') },
    depth: { form: 'depth', ...book, facet: null },
    'depths by symbol': { form: 'depth', ...book, facet: name('symbol') },
    stat: { form: 'stat', ...stat, delta: 'before', sparkline: true },
    'stat with a change of its own': {
      form: 'stat',
      ...stat,
      delta: { column: name('open') },
      sparkline: false,
    },
    candlestick: {
      form: 'candlestick',
      x: name('windowStart'),
      ...prices,
      volume: name('volume'),
      facet: null,
    },
    'candlesticks by symbol': {
      form: 'candlestick',
      x: name('windowStart'),
      ...prices,
      volume: null,
      facet: name('symbol'),
    },
  };
}

interface Item {
  readonly mark?: { readonly marktype: string; readonly role: string };
  readonly items?: readonly Item[];
  readonly [property: string]: unknown;
}

interface Drawn {
  readonly view: View;
  readonly scales: readonly string[];
  readonly errors: string[];
}

async function draw(
  chart: ChartSpec,
  columns: ViewColumn[],
  rows: unknown[][],
  zone?: string,
): Promise<Drawn> {
  const theme = { mode: 'light', width: 600, ...(zone === undefined ? {} : { timeZone: zone }) } as const;
  const { spec: compiled } = compile(toVegaLite(chart, columns, theme) as unknown as TopLevelSpec);
  const { spec, scales } = withSpan(compiled as Spec, chart, null);
  const errors: string[] = [];
  const logger = {
    level: () => 1,
    error: (...parts: unknown[]) => void errors.push(parts.join(' ')),
    warn: () => undefined,
    info: () => undefined,
    debug: () => undefined,
  };
  const view = new View(parse(spec, undefined, { ast: true }), {
    renderer: 'none',
    expr: quickExpressions,
    logger: logger as never,
  });
  const wall = zone === undefined ? undefined : wallClock(zone);
  const data = rows.map((one, id) =>
    datumOfRow(
      { id, state: id >= rows.length - 2 ? 0 : id === 4 ? 2 : 3, values: one as never },
      columns,
      wall,
    ),
  );
  await view.insert(ROWS, data).runAsync();
  return { view, scales, errors };
}

/** The marks that stand for data, by kind, with how they look. */
function marksOf(view: View): string[] {
  const found: string[] = [];
  const visit = (item: Item): void => {
    if (item.mark?.role === 'mark' && item.mark.marktype !== 'group') {
      const look = ['x', 'y', 'width', 'height', 'opacity', 'fillOpacity', 'shape', 'strokeDash'].map(key =>
        typeof item[key] === 'number' ? (item[key] as number).toFixed(2) : String(item[key] ?? ''),
      );
      found.push([item.mark.marktype, ...look].join(' '));
    }
    for (const child of item.items ?? []) visit(child);
  };
  visit((view.scenegraph() as unknown as { root: Item }).root);
  return found.sort();
}

const plain = (name: string): string => name;
const rows = Array.from({ length: 12 }, (_, i) => values(i));

describe('every form', () => {
  it.each(Object.entries(forms(plain)))('%s draws its rows, and none', async (name, chart) => {
    const { view, errors } = await draw(chart, columnsAs(plain), rows);
    expect(marksOf(view).length, name).toBeGreaterThan(0);
    const empty = await draw(chart, columnsAs(plain), []);
    expect([...errors, ...empty.errors]).toEqual([]);
    // Rows with nothing in them are drawn as far as they can be.
    const nothing = await draw(chart, columnsAs(plain), [values(0), values(1).map(() => null), values(2)]);
    expect(nothing.errors).toEqual([]);
  });

  it.each([
    ['a path', (name: string) => `a.${name}[0].b`],
    ['code', (name: string) => `${name}"] + alert(1) + datum["`],
    ['quotes', (name: string) => `it's ${name} \\ "q" \\`],
    ['markup', (name: string) => `<img src=x onerror=alert(1)>${name}`],
    ['a template', (name: string) => `\${${name}} {{x}} %Y`],
  ])(
    'takes names that are %s for names',
    async (_what, name) => {
      // The columns of windows are known by their names.
      const apart = (one: string): string => `${one}s`;
      for (const [form, chart] of Object.entries(forms(apart))) {
        const expected = await draw(chart, columnsAs(apart), rows);
        const hostile = await draw(forms(name)[form], columnsAs(name), rows);
        expect(hostile.errors, form).toEqual([]);
        const [ours, theirs] = [marksOf(hostile.view), marksOf(expected.view)];
        // Where labels are wider the plot is not: what is drawn is as much, and of the same kinds.
        const kinds = (marks: string[]): string[] => marks.map(mark => mark.split(' ')[0]);
        expect(kinds(ours), form).toEqual(kinds(theirs));
      }
    },
    120_000,
  );

  it('takes what values say for text', async () => {
    const said = ['<b>x</b>', '${alert(1)}', "'+alert(1)+'", '__proto__', 'constructor', '\u0000'];
    for (const [form, chart] of Object.entries(forms(plain))) {
      const { view, errors } = await draw(
        chart,
        columnsAs(plain),
        said.map((text, i) => values(i, text)),
      );
      expect(errors, form).toEqual([]);
      expect(marksOf(view).length, form).toBeGreaterThan(0);
    }
  });
});

describe('windows', () => {
  const look = async (form: string): Promise<string[]> =>
    marksOf((await draw(forms(plain)[form], columnsAs(plain), rows)).view);

  it('that are open have hollow bars, and those that are revised a mark', async () => {
    const bars = await look('bar');
    // fillOpacity, then shape and dashes: two rows of the last minute are open, one is revised.
    expect(bars.filter(mark => / 0\.00 {2}1,0$/.test(mark))).toHaveLength(2);
    expect(bars.filter(mark => / 1\.00 {2}3,2$/.test(mark))).toHaveLength(1);
    const candles = await look('candlestick');
    expect(
      candles.filter(mark => mark.startsWith('rect') && / 0\.00 {2}$/.test(mark)).length,
    ).toBeGreaterThan(1);
    expect(candles.filter(mark => mark.includes('diamond'))).toHaveLength(1);
    for (const form of ['line', 'area', 'stacked area']) {
      const points = (await look(form)).filter(mark => mark.startsWith('symbol'));
      expect(points.filter(mark => mark.includes(' 1.00 ') && mark.includes('diamond'))).toHaveLength(1);
      expect(points.filter(mark => mark.includes(' 1.00 ')).length).toBeGreaterThanOrEqual(5);
    }
  });
});

describe('the time axis', () => {
  const held: [number, number] = [START + MINUTE, START + 3 * MINUTE];

  it.each(['line', 'area', 'bar', 'heatmap', 'candlestick', 'candlesticks by symbol'])(
    'of %s holds still while rows come, and follows again',
    async form => {
      const columns = columnsAs(plain);
      const { view, scales, errors } = await draw(forms(plain)[form], columns, rows);
      const before = seenSpan(view, scales);
      expect(before?.width).toBeGreaterThan(100);
      await view.signal(SPAN, held).runAsync();
      expect(seenSpan(view, scales)?.span).toEqual(held);
      const more = Array.from({ length: 20 }, (_, i) =>
        datumOfRow({ id: 100 + i, state: 0, values: values(100 + i) as never }, columns),
      );
      await view.insert(ROWS, more).runAsync();
      expect(seenSpan(view, scales)?.span).toEqual(held);
      await view.signal(SPAN, null).runAsync();
      expect(seenSpan(view, scales)?.span[1]).toBeGreaterThan(START + 50 * MINUTE);
      expect(errors).toEqual([]);
    },
  );

  it("is left alone where a user's spec moves it by itself, or says what is seen", () => {
    const spec = (encoding: object, more: object = {}): readonly string[] => {
      const chart: ChartSpec = {
        form: 'vegaLite',
        spec: { mark: 'line', encoding: encoding as never, ...more },
      };
      const { spec: made } = compile(
        toVegaLite(chart, columnsAs(plain), { mode: 'light', width: 600 }) as unknown as TopLevelSpec,
      );
      return withSpan(made as Spec, chart, null).scales;
    };
    const x = { field: 'windowStart', type: 'temporal' };
    expect(spec({ x })).toEqual(['x']);
    expect(spec({ x }, { params: [{ name: 'brush', select: 'interval' }] })).toEqual(['x']);
    const scales = { params: [{ name: 'zoom', select: 'interval', bind: 'scales' }] };
    expect(spec({ x, y: { field: 'close', type: 'quantitative' } }, scales)).toEqual([]);
    expect(spec({ x: { ...x, scale: { domain: [START, START + 1] } } })).toEqual([]);
    expect(spec({ x: { field: 'close', type: 'quantitative' } })).toEqual([]);
  });

  it('has the hours of a zone', async () => {
    const zone = 'America/New_York';
    const { view, scales } = await draw(forms(plain).line, columnsAs(plain), rows, zone);
    expect(seenSpan(view, scales)?.span[0]).toBe(START - 5 * 3_600_000);
  });
});
