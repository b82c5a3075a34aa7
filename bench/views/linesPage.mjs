import { ChartSurface } from '../../ui/dist/chart/chartSurface.js';
import { encodeRows } from '../../ui/dist/model/encodeRows.js';
import { NO_ROWS } from '../../ui/dist/model/noRows.js';
import { ViewModel } from '../../ui/dist/model/viewModel.js';

let surface;
let model;
let columns;
let made = 0;

function makeRows(count) {
  const from = made;
  made += count;
  return Array.from({ length: count * 5 }, (_, k) => {
    const at = from + Math.floor(k / 5);
    const value = 20 + (k % 5) * 2 + Math.sin(at / 300) + Math.random() / 5;
    return { id: from * 5 + k, state: null, values: [1.7e15 + at * 33_000, `D${k % 5}`, value] };
  });
}

const header = () => ({
  v: 1,
  seq: model.seq + 1,
  baseSeq: model.seq,
  from: 0,
  status: NO_ROWS,
  madeAtMs: 0,
});

/** From where to where the axis of a live chart is: it stands still until the room beyond its rows is used up, as the engine has it. */
const spanAt = () => {
  const step = 60;
  const begin = Math.floor((made - model.size / 5) / step) * step;
  return [1.7e12 + 33 * begin, 1.7e12 + 33 * Math.ceil((made + 1) / step) * step];
};

/** Draws the first rows: so many points of each of five lines. */
window.begin = async (chart, its, points) => {
  columns = its;
  const view = { kind: 'chart', title: null, chart, lastUs: null, maxRows: 1e9 };
  model = new ViewModel({
    v: 1,
    viewId: 'v',
    view,
    columns,
    key: [],
    snapshot: { arrow: '', status: NO_ROWS },
  });
  surface = new ChartSurface(chart, { mode: 'light', font: 'sans-serif' }, 'lines');
  document.getElementById('chart').append(surface.node);
  const arrow = encodeRows(makeRows(points), columns);
  const change = model.apply({ ...header(), type: 'snapshot', columns, key: [] }, [arrow]);
  await surface.draw(change, model);
  while (document.querySelectorAll('canvas').length < 2)
    await new Promise(resolve => setTimeout(resolve, 20));
};

/** Draws so many updates, one a frame, of five rows that come and five that go. Gives the wall time of one. */
window.update = async (_, count) => {
  let wall = 0;
  const first = Math.min(...model.rows().map(({ id }) => id));
  for (let k = 0; k < count; k++) {
    const arrow = encodeRows(makeRows(1), columns);
    const gone = new Uint8Array(Int32Array.from({ length: 5 }, (_, at) => first + k * 5 + at).buffer);
    await new Promise(resolve => window.requestAnimationFrame(resolve));
    const begun = performance.now();
    const frame = { ...header(), type: 'delta', span: spanAt() };
    await surface.draw(model.apply(frame, [arrow, gone]), model);
    wall += performance.now() - begun;
  }
  return wall / count;
};
