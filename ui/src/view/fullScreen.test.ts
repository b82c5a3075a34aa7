// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FullScreen } from './fullScreen.js';

function setUp(request?: () => Promise<void>) {
  const node = document.createElement('div');
  document.body.replaceChildren(node);
  node.requestFullscreen = request ?? (() => Promise.reject(new TypeError('refused')));
  const changes: boolean[] = [];
  const full = new FullScreen(node, isFull => changes.push(isFull));
  node.append(full.button);
  return { node, full, changes };
}

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));
const escape = (): KeyboardEvent => new KeyboardEvent('keydown', { key: 'Escape', cancelable: true });

afterEach(() => vi.restoreAllMocks());

describe('a view over the whole screen', () => {
  it('is over the page where the browser refuses, until Escape', async () => {
    const { node, full, changes } = setUp();
    full.button.click();
    await settled();
    expect(node.classList.contains('millrace-mod-full')).toBe(true);
    expect(full.button.getAttribute('aria-pressed')).toBe('true');
    expect(full.button.textContent).toBe('Leave full screen');
    const taken = escape();
    taken.preventDefault();
    document.dispatchEvent(taken);
    expect(changes).toEqual([true]);
    document.dispatchEvent(escape());
    expect(changes).toEqual([true, false]);
    expect(node.className).toBe('');
    expect(full.button.textContent).toBe('Full screen');
    document.dispatchEvent(escape());
    expect(changes).toEqual([true, false]);
  });

  it('comes and goes by the command, and when it is disposed', async () => {
    const { node, full, changes } = setUp();
    node.dispatchEvent(new Event('millrace-full-screen'));
    await settled();
    full.dispose();
    expect(changes).toEqual([true, false]);
    node.dispatchEvent(new Event('millrace-full-screen'));
    expect(changes).toEqual([true, false]);
  });

  it("follows the browser's own way out", async () => {
    let element: Element | null = null;
    const { node, full, changes } = setUp(() => Promise.resolve(void (element = node)));
    Object.defineProperty(document, 'fullscreenElement', { configurable: true, get: () => element });
    full.button.click();
    await settled();
    node.dispatchEvent(new Event('fullscreenchange'));
    expect(changes).toEqual([true]);
    element = null;
    node.dispatchEvent(new Event('fullscreenchange'));
    expect(changes).toEqual([true, false]);
  });
});
