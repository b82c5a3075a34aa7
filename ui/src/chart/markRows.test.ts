import { describe, expect, it } from 'vitest';
import { ViewModel } from '../model/viewModel.js';
import { output, row } from '../testing.js';
import { datumOfRow, type Datum } from './datum.js';
import { datumOfItem, rowOfDatum, type SceneItem } from './markRows.js';

const ROWS = [row(0, 1.5), row(1, 2.5), row(2, 3.5), row(3, null)];

function modelOf(rows = ROWS, others: readonly ViewModel[] = []): ViewModel {
  return Object.assign(new ViewModel(output(rows)), { others });
}

describe('what a mark is drawn of', () => {
  it('is the row of its number', () => {
    const model = modelOf();
    for (const each of ROWS) {
      const datum = datumOfRow(each, model.columns);
      expect(rowOfDatum(datum, model)).toMatchObject({ part: 0, row: { id: each.id } });
      // What transforms add makes it no other.
      expect(rowOfDatum({ ...datum, y_end: 4 }, model)).toMatchObject({ row: { id: each.id } });
    }
    expect(rowOfDatum({ __row: 99 }, model)).toEqual({ rows: null });
  });

  it('is found in the table that has its values, of several', () => {
    const model = modelOf(ROWS, [modelOf([row(0, 7), row(1, 8)])]);
    const [first, second] = [model, model.others[0]].map(each => datumOfRow(each.rows()[1], each.columns));
    expect(rowOfDatum(first, model)).toMatchObject({ part: 0, row: { id: 1 } });
    expect(rowOfDatum(second, model)).toMatchObject({ part: 1, row: { id: 1 } });
  });

  it('is the one row that a transform has left whole, or so many that it put together', () => {
    const model = modelOf();
    expect(rowOfDatum({ at: 1_767_623_400_000, mean_price: 1.5 }, model)).toMatchObject({ row: { id: 0 } });
    expect(rowOfDatum({ at: new Date(1_767_623_460_000) }, model)).toMatchObject({ row: { id: 1 } });
    expect(rowOfDatum({ symbol: 'S1', count: 2 }, model)).toEqual({ rows: 2 });
    expect(rowOfDatum({ bin: 3, count: 2 }, model)).toEqual({ rows: null });
  });
});

describe('the datum of a mark', () => {
  const datum = { __row: 1 } as Datum;

  it('is none of axes, titles and the ground', () => {
    const items: SceneItem[] = [];
    expect(datumOfItem(null, 0, 0)).toBeNull();
    for (const mark of [
      { marktype: 'text', role: 'axis-label', items },
      { marktype: 'group', role: 'mark', items },
      { marktype: 'group', role: 'frame', items },
    ])
      expect(datumOfItem({ datum, mark }, 0, 0)).toBeNull();
    expect(datumOfItem({ datum, mark: { marktype: 'rect', role: 'mark', items } }, 0, 0)).toBe(datum);
    expect(datumOfItem({ datum: 'text', mark: { marktype: 'text', items } }, 0, 0)).toBeNull();
  });

  it('is that of the nearest point of a line, wherever its group lies', () => {
    const outer: SceneItem = { x: 100, y: 20 };
    const group: SceneItem = { x: 5, y: 5, mark: { marktype: 'group', items: [], group: outer } };
    const items: SceneItem[] = [0, 10, 20].map(x => ({ x, y: x * 2, datum: { __row: x } }));
    const mark = { marktype: 'line', role: 'mark', items, group };
    const line = { ...items[0], mark };
    expect(datumOfItem(line, 105 + 11, 25 + 19)).toEqual({ __row: 10 });
    expect(datumOfItem(line, 105 + 90, 25 + 90)).toEqual({ __row: 20 });
  });
});
