import { changeset, parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';

const POINTS = 2000;
let view;
let rows = [];
let made = 0;

function makeRows(count) {
  const from = made;
  made += count;
  return Array.from({ length: count * 5 }, (_, k) => {
    const at = from + Math.floor(k / 5);
    return {
      ts: 1.7e12 + at * 33,
      device: `D${k % 5}`,
      value: 20 + (k % 5) * 2 + Math.sin(at / 300) + Math.random() / 5,
    };
  });
}

/** Draws the first rows. */
window.begin = async (spec, ast) => {
  rows = makeRows(POINTS);
  const runtime = parse(compile(spec).spec, undefined, { ast });
  view = new View(runtime, {
    container: document.getElementById('chart'),
    renderer: 'canvas',
    ...(ast ? { expr: expressionInterpreter } : {}),
  });
  await view.insert('rows', rows).runAsync();
};

/** Draws so many updates, one a frame. Gives the wall time of one. */
window.update = async (how, count) => {
  let wall = 0;
  for (let k = 0; k < count; k++) {
    await new Promise(resolve => window.requestAnimationFrame(resolve));
    const begun = performance.now();
    const more = makeRows(1);
    const gone = rows.slice(0, 5);
    rows = [...rows.slice(5), ...more];
    if (how === 'replace')
      view.data(
        'rows',
        rows.map(row => ({ ...row })),
      );
    else view.change('rows', changeset().insert(more).remove(gone));
    if (how === 'replace') rows = view.data('rows').slice();
    await view.runAsync();
    wall += performance.now() - begun;
  }
  return wall / count;
};
