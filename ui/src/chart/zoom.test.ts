// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { element } from '../dom.js';
import type { Span } from './timeAxis.js';
import { Zoom } from './zoom.js';

/** A chart whose rows go from 0 to `end`, and whose axis is 100 pixels wide. */
function setUp(end = 1000) {
  const chart = { end, shown: null as Span | null };
  const node = element('div');
  document.body.append(node);
  const zoom = new Zoom(node, {
    seen: () => ({ span: chart.shown ?? [0, chart.end], left: 0, width: 100 }),
    show: span => (chart.shown = span),
  });
  document.body.append(zoom.button);
  const key = (name: string): boolean =>
    !node.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
  const pointer = (type: string, x: number): void => {
    const event = new MouseEvent(type, { clientX: x, bubbles: true, button: 0 });
    Object.assign(event, { pointerId: 1, isPrimary: true });
    node.dispatchEvent(event);
  };
  const wheel = (deltaY: number, x: number, ctrlKey = false): boolean =>
    !node.dispatchEvent(new WheelEvent('wheel', { deltaY, clientX: x, ctrlKey, cancelable: true }));
  return { chart, node, zoom, key, pointer, wheel };
}

describe('Zoom', () => {
  it('moves by dragging, and holds still while rows come until Escape', () => {
    const { chart, zoom, key, pointer } = setUp();
    expect(key('Escape')).toBe(false);
    pointer('pointerdown', 50);
    pointer('pointermove', 52);
    expect(zoom.held).toBeNull();
    pointer('pointermove', 70);
    pointer('pointermove', 60);
    pointer('pointerup', 60);
    pointer('pointermove', 90);
    expect(zoom.held).toEqual([-100, 900]);
    chart.end = 5000;
    expect(zoom.held).toEqual([-100, 900]);
    expect(zoom.button.hidden).toBe(false);
    expect(key('Escape')).toBe(true);
    expect([zoom.held, chart.shown, zoom.button.hidden]).toEqual([null, null, true]);
  });

  it('leaves the wheel to the page until it is meant', () => {
    const { node, zoom, wheel } = setUp();
    expect(wheel(-100, 0)).toBe(false);
    expect(zoom.held).toBeNull();
    expect(wheel(-100, 0, true)).toBe(true);
    expect(zoom.held).toEqual([0, 800]);
    node.focus();
    expect(wheel(-100, 100)).toBe(true);
    expect(zoom.held).toEqual([160, 800]);
    // Out again until all is seen, which is followed from then on.
    for (let turn = 0; turn < 5; turn++) wheel(100, 20);
    expect(zoom.held).toBeNull();
  });

  it('obeys keys, and leaves others to the notebook', () => {
    const { zoom, key, node } = setUp();
    expect(key('+')).toBe(true);
    expect(zoom.held).toEqual([100, 900]);
    expect(key('ArrowRight')).toBe(true);
    expect(zoom.held).toEqual([220, 1020]);
    expect(key('Home')).toBe(true);
    expect(zoom.held).toEqual([0, 800]);
    expect(key('ArrowLeft')).toBe(true);
    expect(key('b')).toBe(false);
    expect(key('End')).toBe(true);
    expect(zoom.held).toBeNull();
    key('+');
    zoom.button.focus();
    zoom.button.click();
    expect([zoom.held, document.activeElement]).toEqual([null, node]);
    key('+');
    node.dispatchEvent(new MouseEvent('dblclick'));
    expect(zoom.held).toBeNull();
  });

  it('ends where numbers do', () => {
    const { zoom, key } = setUp();
    for (let turn = 0; turn < 500; turn++) key('+');
    const [from, to] = zoom.held!;
    expect(to - from).toBeGreaterThan(0);
    for (let turn = 0; turn < 500; turn++) key('ArrowRight');
    expect(zoom.held!.every(Number.isFinite)).toBe(true);
  });
});
