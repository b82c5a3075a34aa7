import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import type { ViewOutput } from '@millrace/protocol';
import { ViewModel, type Frame } from '../../../ui/src/model/viewModel.js';

/** A script for a page: keeps what the engine in it sends, by channels, and by the views that they were opened for. */
export const KEEP_FRAMES = `
  window.kept = [];
  const Real = Worker;
  const views = new Map();
  window.Worker = class extends Real {
    constructor(url) {
      super(url);
      this.addEventListener('message', ({ data }) => {
        if (data.type !== 'message' || !['snapshot', 'delta'].includes(data.message.type)) return;
        const buffers = data.buffers.map(bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')));
        window.kept.push({ channel: data.channel, viewId: views.get(data.channel), message: data.message, buffers });
      });
    }
    postMessage(message, ...more) {
      if (message.type === 'open' && message.target === 'view') views.set(message.channel, message.open.viewId);
      super.postMessage(message, ...more);
    }
  };`;

interface Kept {
  readonly channel: number;
  readonly viewId: string;
  readonly message: Frame;
  readonly buffers: readonly string[];
}

/** What a view of the page has been told: its rows as the front end has them. */
export async function rowsTold(
  page: Page,
  output: ViewOutput,
  isIts: (kept: Kept) => boolean,
): Promise<unknown[]> {
  const kept = (await page.evaluate(() => (window as unknown as { kept: unknown[] }).kept)) as Kept[];
  const model = new ViewModel({ ...output, snapshot: { ...output.snapshot, arrow: '' } });
  for (const { message, buffers } of kept.filter(isIts)) {
    const bytes = buffers.map(text => new Uint8Array(Buffer.from(text, 'base64')));
    expect(model.apply(message, bytes)).not.toBe('gap');
  }
  return plainRows(model);
}

/** Rows without their numbers, which differ from replay to replay. */
export function plainRows(model: ViewModel): unknown[] {
  return model.rows().map(({ state, values }) => [state, ...values]);
}
