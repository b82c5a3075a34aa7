// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { VegaLiteSpec } from '@millrace/protocol';
import { vegaView } from './vegaView.js';

const fail = (message: string): never => {
  throw new Error(message);
};

/** What is drawn is not looked at: jsdom has nothing to draw on. */
HTMLCanvasElement.prototype.getContext = (() =>
  new Proxy({}, { get: () => () => ({ width: 0 }), set: () => true })) as never;

describe('controls of a spec', () => {
  const controlled = (bind: object, config: object = {}): { host: HTMLElement; controls: HTMLElement } => {
    const [host, controls, other] = [0, 1, 2].map(() => document.createElement('div'));
    other.className = 'other';
    other.textContent = 'kept';
    document.body.replaceChildren(host, controls, other);
    const spec: VegaLiteSpec = {
      ...{ config, data: { name: 'rows' }, mark: 'point' },
      params: [{ name: 'size', value: 8, bind }],
    };
    const { view } = vegaView(spec, { form: 'vegaLite', spec }, host, null, fail, spec => spec, controls);
    view.finalize();
    return { host, controls };
  };

  it('stand beside the picture', () => {
    const { host, controls } = controlled({ input: 'range', min: 2, max: 30 });
    expect(host.querySelector('input, form')).toBeNull();
    expect(controls.querySelectorAll('input[type="range"]')).toHaveLength(1);
  });

  it.each([{}, { events: { bind: 'any' } }])('stay there, whatever element of the page they name', config => {
    for (const element of ['.other', 'body']) {
      const { controls } = controlled({ input: 'range', min: 2, max: 30, element }, config);
      expect(controls.isConnected && document.querySelector('.other')?.textContent).toBe('kept');
      expect(controls.querySelectorAll('input')).toHaveLength(1);
    }
  });
});
