import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { VIEW_MIME } from '@millrace/protocol';
import { Drawing } from './drawing.js';
import { limited } from './limited.js';
import type { DrawAnswer, DrawRequest } from './messages.js';

/** A thread that answers as it is told; `hangs`: not at all. */
class FakeWorker extends EventEmitter {
  terminated = false;
  constructor(private readonly hangs: boolean) {
    super();
    this.on('error', () => undefined);
  }
  postMessage({ id }: DrawRequest): void {
    const answer: DrawAnswer = { id, drawn: { bundle: { data: {}, metadata: {} }, size: 2 } };
    if (!this.hangs) queueMicrotask(() => this.emit('message', answer));
  }
  terminate(): void {
    this.terminated = true;
  }
}

const request = {} as Omit<DrawRequest, 'id'>;

test('a thread that hangs or ends fails the call, and the next one has another', async () => {
  const workers = [new FakeWorker(true), new FakeWorker(true), new FakeWorker(false)];
  let started = 0;
  const drawing = new Drawing(() => workers[started++] as unknown as Worker, 50);
  await expect(drawing.draw(request)).rejects.toThrow('it took longer than 0.05 seconds');
  expect(workers[0].terminated).toBe(true);
  const second = drawing.draw(request);
  workers[1].emit('error', new Error('out of memory'));
  await expect(second).rejects.toThrow('out of memory');
  expect(await drawing.draw(request)).toMatchObject({ size: 2 });
  expect(await drawing.draw(request)).toMatchObject({ size: 2 });
  expect(started).toBe(3);
  drawing.close();
});

describe('a bundle', () => {
  const text = { 'text/plain': 'a\nTable · live · 1 row', 'text/html': '<div></div>' };
  const vega = { 'application/vnd.vegalite.v5+json': { data: 'x'.repeat(600) } };
  const view = { [VIEW_MIME]: { arrow: 'x'.repeat(600) } };

  test('that is short stays whole, and one that is long loses what can be done without', () => {
    const whole = limited({ data: { ...vega, ...view, ...text }, metadata: {} });
    expect(Object.keys(whole.bundle.data)).toHaveLength(4);
    const some = limited({ data: { ...vega, ...view, ...text }, metadata: {} }, 1_000);
    expect(Object.keys(some.bundle.data)).toEqual([VIEW_MIME, 'text/plain', 'text/html']);
    const least = limited({ data: { ...vega, ...view, ...text }, metadata: {} }, 300);
    expect(Object.keys(least.bundle.data)).toEqual(['text/plain', 'text/html']);
  });

  test('whose rows are too long is its last line and a note, nothing of it markup', () => {
    const long = {
      'text/plain': `${'<b>'.repeat(10_000)}\nTable <i> · live`,
      'text/html': 'x'.repeat(10_000),
    };
    const { bundle, size } = limited({ data: long, metadata: {} }, 2_000);
    expect(size).toBeLessThanOrEqual(2_000);
    expect(bundle.data['text/html']).toContain('Table &lt;i&gt; · live · The rows are too long');
    expect(bundle.data['text/plain']).toContain('The rows are too long');
  });
});
