// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChartReader } from './chartReader.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const host = document.createElement('div');
  let made = 0;
  const reader = new ChartReader(host, () => `Summary ${++made}`);
  return { host, reader, text: () => reader.node.textContent, made: () => made };
}

describe('the words beside a chart', () => {
  it('change slowly, however often rows come', () => {
    const { reader, text, made } = setUp();
    reader.changed();
    expect(text()).toBe('');
    vi.advanceTimersByTime(500);
    expect(text()).toBe('Summary 1');
    for (let k = 0; k < 99; k++) {
      reader.changed();
      vi.advanceTimersByTime(100);
    }
    expect(text()).toBe('Summary 1');
    vi.advanceTimersByTime(200);
    expect(text()).toBe('Summary 2');
    vi.advanceTimersByTime(60_000);
    expect(made()).toBe(2);
  });

  it('are those of now when the chart gets the focus, and describe it', () => {
    const { host, reader, text, made } = setUp();
    expect(host.getAttribute('aria-describedby')).toBe(reader.node.id);
    expect(reader.node.getAttribute('aria-live')).toBeNull();
    reader.changed();
    host.dispatchEvent(new FocusEvent('focus'));
    expect(text()).toBe('Summary 1');
    host.dispatchEvent(new FocusEvent('focus'));
    vi.advanceTimersByTime(1000);
    expect(made()).toBe(1);
  });

  it('say so where a saved output has values that are none of its columns', () => {
    const reader = new ChartReader(document.createElement('div'), () => String(BigInt(1.5)));
    reader.changed();
    vi.advanceTimersByTime(500);
    expect(reader.node.textContent).toContain('cannot be told in words');
  });

  it('are made no more once the chart is gone', () => {
    const { host, reader, made } = setUp();
    reader.changed();
    reader.dispose();
    vi.advanceTimersByTime(60_000);
    host.dispatchEvent(new FocusEvent('focus'));
    expect(made()).toBe(0);
  });
});
