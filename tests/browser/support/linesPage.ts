import { toVegaLite, type ChartSpec, type ViewColumn, type ViewOutput } from '../../../protocol/src/index.js';
import { ChartSurface } from '../../../ui/src/chart/chartSurface.js';
import { ChartRows } from '../../../ui/src/chart/chartRows.js';
import { vegaView } from '../../../ui/src/chart/vegaView.js';
import { bytesToBase64 } from '../../../ui/src/model/base64.js';
import { encodeRows } from '../../../ui/src/model/encodeRows.js';
import { NO_ROWS } from '../../../ui/src/model/noRows.js';
import type { Row } from '../../../ui/src/model/rows.js';
import { ViewModel } from '../../../ui/src/model/viewModel.js';

const COLUMNS: readonly ViewColumn[] = [
  { name: 'ts', type: "timestamp('us')", nullable: false },
  { name: 'symbol', type: 'string', nullable: false },
  { name: 'price', type: 'float64', nullable: true },
];
const START = Date.UTC(2026, 0, 5, 14, 30) * 1000;
const WIDTH = 760;

/** What is drawn, of how many rows. */
export interface Drawing {
  readonly chart: ChartSpec;
  readonly mode: 'light' | 'dark';
  /** Points of each of five lines. */
  readonly points: number;
  /** Beside Vega only the rows that make the pixels, of so many columns; 0: all rows. */
  readonly columns: number;
  /** What is beside it: Vega's drawing of all rows, or our own. */
  readonly against: 'vega' | 'all';
  /** Whether the last rows are of windows that are open or revised. */
  readonly hasWindows: boolean;
}

/** How two drawings of one chart differ. */
export interface Comparison {
  /** Pixels that are drawn at all. */
  readonly ink: number;
  /** Pixels that differ by a shade, or more. */
  readonly shades: number;
  /** Pixels that differ by more than a shade. */
  readonly different: number;
  /** Pixels that differ beyond doubt. */
  readonly opposite: number;
  readonly pictures: readonly string[];
}

function makeRows({ points, hasWindows }: Drawing): Row[] {
  let state = 7;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const rows: Row[] = [];
  const prices = [100, 104, 108, 112, 116];
  for (let i = 0; i < points; i++) {
    prices.forEach((price, series) => {
      prices[series] = price + (random() - 0.5) * 0.4;
      const isGap = i % 211 === series;
      const values = [
        START + Math.round((i * 3_600_000_000) / points),
        `S${series}`,
        isGap ? null : prices[series],
      ];
      const isLast = hasWindows && i === points - 1;
      rows.push({ id: rows.length, state: isLast ? (series % 2) * 2 : 3, values });
    });
  }
  return rows;
}

/** Of each line and column the first, last, least and greatest row, and gaps. */
function reduced(rows: readonly Row[], columns: number): Row[] {
  const kept = new Set<Row>();
  const from = Number(rows[0].values[0]);
  const reach = Number(rows[rows.length - 1].values[0]) - from;
  const cells = new Map<string, Row[]>();
  for (const row of rows) {
    const column = Math.floor(((Number(row.values[0]) - from) / reach) * columns);
    const name = `${String(row.values[1])} ${column}`;
    const cell = cells.get(name);
    if (cell === undefined) cells.set(name, [row]);
    else cell.push(row);
  }
  for (const cell of cells.values()) {
    const valid = cell.filter(({ values }) => values[2] !== null);
    if (valid.length < cell.length) cell.forEach(row => kept.add(row));
    else {
      const y = (row: Row): number => Number(row.values[2]);
      kept.add(cell[0]).add(cell[cell.length - 1]);
      kept.add(cell.reduce((a, b) => (y(b) < y(a) ? b : a)));
      kept.add(cell.reduce((a, b) => (y(b) > y(a) ? b : a)));
    }
  }
  return [...kept].sort((a, b) => a.id - b.id);
}

function flattened(node: HTMLElement, mode: Drawing['mode']): HTMLCanvasElement {
  const layers = [...node.querySelectorAll('canvas')];
  const copy = document.createElement('canvas');
  copy.width = layers[0].width;
  copy.height = layers[0].height;
  const context = copy.getContext('2d')!;
  context.fillStyle = mode === 'dark' ? '#111111' : '#ffffff';
  context.fillRect(0, 0, copy.width, copy.height);
  for (const layer of layers) context.drawImage(layer, 0, 0);
  return copy;
}

function makeHost(): HTMLElement {
  const host = document.createElement('div');
  host.style.cssText = `width: ${WIDTH}px; position: relative`;
  document.body.append(host);
  return host;
}

async function byVega({ chart, mode }: Drawing, all: readonly Row[]): Promise<HTMLCanvasElement> {
  const host = makeHost();
  const rows = new ChartRows();
  rows.apply({ reset: true, inserted: all, updated: [], removed: [] }, COLUMNS);
  const spec = toVegaLite(chart, COLUMNS, { mode, font: 'sans-serif', width: WIDTH });
  const { view } = vegaView(spec, chart, host, null, console.error);
  await view.insert('rows', rows.fresh()).runAsync();
  const drawn = flattened(host, mode);
  view.finalize();
  host.remove();
  return drawn;
}

/** A chart in a page, of rows that can change. */
interface Live {
  readonly host: HTMLElement;
  readonly surface: ChartSurface;
  readonly model: ViewModel;
  remove(): void;
}

async function live(
  { chart, mode }: Drawing,
  rows: readonly Row[],
  span: ViewModel['span'] = null,
): Promise<Live> {
  const host = makeHost();
  const output: ViewOutput = {
    v: 1,
    viewId: 'v',
    view: { kind: 'chart', title: null, chart, lastUs: null, maxRows: 1e9 },
    columns: COLUMNS,
    key: [],
    snapshot: { arrow: bytesToBase64(encodeRows(rows, COLUMNS)), status: NO_ROWS },
  };
  const look = { mode, font: 'sans-serif' };
  const surface = new ChartSurface(chart, look, 'lines');
  host.append(surface.node);
  const model = new ViewModel(output);
  model.span = span;
  await surface.draw({ reset: true, inserted: model.rows(), updated: [], removed: [] }, model);
  while (host.querySelectorAll('canvas').length < 2) await new Promise(resolve => setTimeout(resolve, 50));
  const remove = (): void => {
    surface.dispose();
    host.remove();
  };
  return { host, surface, model, remove };
}

async function beside(
  drawing: Drawing,
  rows: readonly Row[],
  span: ViewModel['span'] = null,
): Promise<HTMLCanvasElement> {
  const chart = await live(drawing, rows, span);
  await new Promise(resolve => setTimeout(resolve, 250));
  const drawn = flattened(chart.host, drawing.mode);
  chart.remove();
  return drawn;
}

async function compare(drawing: Drawing): Promise<Comparison> {
  const { columns, against } = drawing;
  const all = makeRows(drawing);
  const left = await (against === 'vega' ? byVega(drawing, all) : beside(drawing, all));
  const right = await beside(drawing, columns === 0 ? all : reduced(all, columns));
  return differences(left, right);
}

function differences(left: HTMLCanvasElement, right: HTMLCanvasElement): Comparison {
  const pixels = (canvas: HTMLCanvasElement): Uint8ClampedArray =>
    canvas.getContext('2d')!.getImageData(0, 0, left.width, left.height).data;
  const [a, b] = [pixels(left), pixels(right)];
  let [ink, shades, different, opposite] = [0, 0, 0, 0];
  for (let at = 0; at < a.length; at += 4) {
    const by = Math.max(...[0, 1, 2].map(k => Math.abs(a[at + k] - b[at + k])));
    if ([0, 1, 2].some(k => a[at + k] !== a[k])) ink++;
    if (by > 16) shades++;
    if (by > 48) different++;
    if (by > 128) opposite++;
  }
  const pictures = [left, right].map(canvas => canvas.toDataURL('image/png').split(',')[1]);
  return { ink, shades, different, opposite, pictures };
}

/**
 * A chart whose rows come and go a few at a time, beside one that is drawn at once of those that there are in the end. Its axis stands still, rows come at
 * its end, go at its beginning, and change in its midst.
 */
async function follow(drawing: Drawing, steps: number): Promise<Comparison & { readonly drawn: number }> {
  let state = 11;
  const random = (below: number): number =>
    Math.floor(((state = (state * 16_807) % 2_147_483_647) / 2_147_483_647) * below);
  const all = makeRows(drawing);
  const come = 5 * steps;
  const span = [Number(all[0].values[0]) / 1000, Number(all.at(-1)!.values[0]) / 1000] as const;
  const chart = await live(drawing, all.slice(0, -come), span);
  // What is drawn, pixel by pixel: to be counted.
  let drawn = 0;
  const { prototype } = CanvasRenderingContext2D;
  const { clearRect } = prototype;
  prototype.clearRect = function (x, y, width, height) {
    if (this.canvas.classList.contains('millrace-Chart-lines')) drawn += width * height;
    clearRect.call(this, x, y, width, height);
  };
  for (let step = 0; step < steps; step++) {
    const rows = chart.model.rows();
    const changed = Array.from({ length: random(3) }, () => rows[10 + random(rows.length - 10)]).map(row => ({
      ...row,
      state: drawing.hasWindows ? random(4) : row.state,
      values: [row.values[0], row.values[1], random(9) === 0 ? null : 100 + random(160) / 10],
    }));
    const gone = Array.from({ length: random(6) }, (_, at) => rows[at].id);
    if (random(4) === 0) gone.push(rows[20 + random(rows.length - 20)].id);
    const inserted = all.slice(all.length - come + 5 * step).slice(0, 5);
    const frame = {
      v: 1,
      seq: chart.model.seq + 1,
      baseSeq: chart.model.seq,
      from: 0,
      span,
      status: NO_ROWS,
      madeAtMs: 0,
      type: 'delta',
    } as const;
    const upserts = [...new Map([...changed, ...inserted].map(row => [row.id, row])).values()];
    const buffers = [encodeRows(upserts, COLUMNS), new Uint8Array(Int32Array.from(gone).buffer)];
    const change = chart.model.apply(frame, buffers);
    if (change !== 'gap') await chart.surface.draw(change, chart.model);
    // Something of it reaches the screen between.
    await new Promise(resolve => requestAnimationFrame(resolve));
  }
  prototype.clearRect = clearRect;
  const left = flattened(chart.host, drawing.mode);
  const { width, height } = chart.host.querySelector<HTMLCanvasElement>('.millrace-Chart-lines')!;
  const right = await beside(drawing, chart.model.rows(), span);
  chart.remove();
  return { ...differences(left, right), drawn: drawn / (width * height * steps) };
}

Object.assign(window, { compare, follow });
