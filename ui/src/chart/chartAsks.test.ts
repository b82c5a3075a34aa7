// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChartSpec } from '@millrace/protocol';
import type { View } from 'vega';
import { element } from '../dom.js';
import type { Row } from '../model/rows.js';
import { ViewModel } from '../model/viewModel.js';
import type { AskedRow } from '../origins/askedRow.js';
import { output, row } from '../testing.js';
import { ChartAsks } from './chartAsks.js';
import { datumOfRow } from './datum.js';

const BAR: ChartSpec = { form: 'bar', x: 'at', y: 'price', color: null, stack: false };

function setUp(chart: ChartSpec = BAR, point?: Row | null) {
  const asked: AskedRow[] = [];
  const state = { held: false };
  const canvas = element('div');
  const model = new ViewModel(output([row(0, 1), row(1, 2)], 'chart'));
  const asks = new ChartAsks({
    canvas,
    chart,
    timeZone: undefined,
    model: () => model,
    point: () => point,
    isHeld: () => state.held,
    ask: each => asked.push(each),
  });
  const handlers = new Map<string, (event: Event, item: unknown) => void>();
  const scale = { domain: () => [0, 1], range: () => [0, 100] };
  asks.attach({
    addEventListener: (type: string, handler: never) => handlers.set(type, handler),
    padding: () => 0,
    origin: () => [0, 0],
    width: () => 100,
    height: () => 100,
    scale: () => scale,
  } as unknown as View);
  asks.setLive(true);
  const mark = { marktype: 'rect', role: 'mark', items: [] };
  const item = { datum: datumOfRow(model.rows()[1], model.columns), mark };
  const click = (on: unknown = item, init: MouseEventInit = {}, from = { clientX: 0, clientY: 0 }): void => {
    canvas.dispatchEvent(new MouseEvent('pointerdown', from));
    handlers.get('click')!(new MouseEvent('click', init), on);
  };
  return { asks, asked, canvas, click, item, mark, state };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a click on a mark', () => {
  it('asks about its row', () => {
    const { asked, click } = setUp();
    click();
    expect(asked).toMatchObject([
      { part: 0, note: null, values: { symbol: 'S1', at: 1_767_623_460_000_000 } },
    ]);
  });

  it('asks nothing of the ground, of a drag, with Shift, and where there is no kernel', () => {
    const { asks, asked, click, item } = setUp();
    click(null);
    click({ mark: { marktype: 'text', role: 'axis-label', items: [] } });
    click(item, { clientX: 5 });
    click(item, { shiftKey: true });
    asks.setLive(false);
    click();
    expect(asks.button.disabled).toBe(true);
    expect(asked).toEqual([]);
  });

  it('needs Alt where clicks select', () => {
    const spec = { layer: [{ params: [{ name: 'picked', select: { type: 'point' } }] }] };
    const { asked, click, item } = setUp({ form: 'vegaLite', spec });
    click();
    expect(asked).toHaveLength(0);
    click(item, { altKey: true });
    expect(asked).toHaveLength(1);
  });

  it('leaves a double click to the axis that is held', () => {
    vi.useFakeTimers();
    const { asked, canvas, click, state } = setUp();
    state.held = true;
    click();
    click();
    canvas.dispatchEvent(new MouseEvent('dblclick'));
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveLength(0);
    click();
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveLength(1);
  });

  it('finds the row next to it where lines are drawn beside Vega', () => {
    const near = setUp(BAR, row(0, 1));
    near.click(null);
    expect(near.asked).toMatchObject([{ values: { symbol: 'S0' } }]);
    const none = setUp(BAR, null);
    none.click();
    expect(none.asked).toEqual([]);
  });

  it('leads to all rows, and says why, where it is none', () => {
    const { asks, asked, click, mark } = setUp();
    click({ datum: { symbol: 'S1', sum_price: 2, count: 1 }, mark });
    // One row is left of it: that it is.
    expect(asked.at(-1)).toMatchObject({ note: null });
    click({ datum: { bin: 1 }, mark });
    expect(asked.at(-1)).toMatchObject({ values: null, text: 'Rows of the chart' });
    expect(asked.at(-1)?.note).toMatch(/put it together of more than one row/);
    click({ datum: { __row: 77 }, mark });
    expect(asked.at(-1)?.note).toMatch(/no row of the table any more/);
    asks.button.click();
    expect(asked.at(-1)).toMatchObject({ values: null, note: null });
  });
});
