import {
  toVegaLite,
  type ChartPixels,
  type ChartSpec,
  type Scatter,
  type ViewColumn,
} from '../../../protocol/src/index.js';
import type { Batch } from '../../../engine/src/columns/batch.js';
import { FLOAT64, STRING, type Field } from '../../../engine/src/columns/types.js';
import { columnOf } from '../../../engine/src/columns/values.js';
import { PointRows } from '../../../engine/src/runtime/pointRows.js';
import { RowLog } from '../../../engine/src/runtime/rowLog.js';
import { ChartRows } from '../../../ui/src/chart/chartRows.js';
import { vegaView } from '../../../ui/src/chart/vegaView.js';
import type { Row } from '../../../ui/src/model/rows.js';

const FIELDS: readonly Field[] = [
  { name: 'x', type: FLOAT64, nullable: false },
  { name: 'y', type: FLOAT64, nullable: false },
  { name: 'symbol', type: STRING, nullable: false },
];
const COLUMNS: readonly ViewColumn[] = [
  { name: 'x', type: 'float64', nullable: false },
  { name: 'y', type: 'float64', nullable: false },
  { name: 'symbol', type: 'string', nullable: false },
];
const WIDTH = 760;

/** How the drawing of some rows differs from that of all. */
export interface PointsCompared {
  readonly all: number;
  readonly sent: number;
  /** Pixels of all rows that are drawn at all. */
  readonly ink: number;
  /** Pixels that are drawn of all rows and not of those that are sent, or the other way. */
  readonly holes: number;
  /** Pixels that differ by more than a shade. */
  readonly different: number;
  readonly pictures: readonly string[];
}

function makeRows(count: number): Row[] {
  let state = 7;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, (_, id) => ({
    id: id + 1,
    state: null,
    values: [normal() + (id % 3), normal() * 2, `S${id % 3}`],
  }));
}

function batchOf(rows: readonly Row[]): Batch {
  const values = (at: number) => rows.map(row => row.values[at]) as never[];
  return {
    schema: { fields: FIELDS },
    length: rows.length,
    columns: [columnOf(FLOAT64, values(0)), columnOf(FLOAT64, values(1)), columnOf(STRING, values(2))],
    kinds: null,
    marks: new Float64Array(rows.length),
    watermark: 0,
  };
}

/** The rows that the engine sends of them. */
function sentOf(rows: readonly Row[], pixels: ChartPixels, color: string | null): Row[] {
  const log = new RowLog({ fields: FIELDS });
  const scatter: Scatter = { x: 'x', y: 'y', series: color, measure: null };
  const drawn = new PointRows(log, scatter, pixels, undefined);
  for (let from = 0; from < rows.length; from += 5000) {
    const batch = batchOf(rows.slice(from, from + 5000));
    log.reserve(batch.length);
    const at = Int32Array.from({ length: batch.length }, () => log.append(-1));
    log.write(batch, at);
    drawn.written(batch, at);
  }
  return Array.from(drawn.positions(log.head, [])!, position => rows[position]);
}

async function draw(chart: ChartSpec, rows: readonly Row[]) {
  const host = document.createElement('div');
  host.style.cssText = `width: ${WIDTH}px; position: relative`;
  document.body.append(host);
  const held = new ChartRows();
  held.apply({ reset: true, inserted: rows, updated: [], removed: [] }, COLUMNS);
  const spec = toVegaLite(chart, COLUMNS, { mode: 'light', font: 'sans-serif', width: WIDTH });
  const { view } = vegaView(spec, chart, host, null, console.error);
  await view.insert('rows', held.fresh()).runAsync();
  const canvas = host.querySelector('canvas')!;
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext('2d')!;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  const pixels = { columns: Math.round(view.width()), rows: Math.round(view.height()), span: null };
  view.finalize();
  host.remove();
  return { canvas: copy, pixels };
}

async function comparePoints(count: number, color: string | null): Promise<PointsCompared> {
  const chart: ChartSpec = { form: 'point', x: 'x', y: 'y', color };
  const rows = makeRows(count);
  const { canvas: left, pixels } = await draw(chart, rows);
  const some = sentOf(rows, pixels, color);
  const { canvas: right } = await draw(chart, some);
  const read = (canvas: HTMLCanvasElement): Uint8ClampedArray =>
    canvas.getContext('2d')!.getImageData(0, 0, left.width, left.height).data;
  const [a, b] = [read(left), read(right)];
  let [ink, holes, different] = [0, 0, 0];
  // Marks have colours; axes are grey.
  const isMark = (data: Uint8ClampedArray, at: number): boolean =>
    Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 24;
  for (let at = 0; at < a.length; at += 4) {
    if (isMark(a, at)) ink++;
    if (isMark(a, at) !== isMark(b, at)) holes++;
    if (Math.max(...[0, 1, 2].map(k => Math.abs(a[at + k] - b[at + k]))) > 64) different++;
  }
  const pictures = [left, right].map(canvas => canvas.toDataURL('image/png').split(',')[1]);
  return { all: rows.length, sent: some.length, ink, holes, different, pictures };
}

Object.assign(window, { comparePoints });
