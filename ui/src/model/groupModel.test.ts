import { describe, expect, it } from 'vitest';
import type { ViewOutput } from '@millrace/protocol';
import { delta, output, row, snapshot, type SentFrame } from '../testing.js';
import { GroupModel } from './groupModel.js';
import { ViewModel, type Frame } from './viewModel.js';

const OUTPUT: ViewOutput = {
  ...output([row(1, 1)], 'chart'),
  parts: [{ ...output([row(1, 1), row(2, 2)], 'chart'), viewId: 'view-2' }],
};

function group(
  seq: number,
  ...parts: readonly (readonly [part: number, frame: SentFrame])[]
): [Frame, Uint8Array[]] {
  const messages = parts.map(([part, [message, buffers]]) => ({ part, buffers: buffers.length, message }));
  return [{ type: 'group', v: 1, seq, madeAtMs: 0, messages }, parts.flatMap(([, [, buffers]]) => buffers)];
}

describe('GroupModel', () => {
  it('begins with the saved rows of all tables, and takes frames of any of them', () => {
    const model = new GroupModel(OUTPUT);
    expect([model.size, model.rows().length, model.others[0].size]).toEqual([3, 1, 2]);
    expect(model.whole()).toMatchObject({ reset: true, others: [{ reset: true }] });
    const first = model.apply(...group(1, [0, snapshot(1, [row(1, 5)])], [1, snapshot(1, [row(7, 7)])]));
    expect(first).toMatchObject({ reset: true, others: [{ reset: true }] });
    // The second table alone has changed: its frames have numbers of their own.
    const second = model.apply(...group(2, [1, delta(2, [row(8, 8)])]));
    expect(second).toMatchObject({
      reset: false,
      inserted: [],
      others: [{ reset: false, inserted: [{ id: 8 }] }],
    });
    expect([model.seq, model.others[0].size]).toEqual([2, 2]);
    expect(model.apply(...group(3, [0, delta(2, [row(2, 2)])]))).toMatchObject({ inserted: [{ id: 2 }] });
  });

  it('says that a frame is missing where one is of any table', () => {
    const model = new GroupModel(OUTPUT);
    model.apply(...group(1, [0, snapshot(1, [])], [1, snapshot(1, [])]));
    expect(model.apply(...group(2, [0, delta(2, [])], [1, delta(5, [])]))).toBe('gap');
    expect(model.seq).toBe(1);
  });

  it('is of the state of the table that has failed, or is furthest from its end; late rows are added up', () => {
    const model = new GroupModel(OUTPUT);
    const { status } = model;
    const tell = (part: number, more: object): void =>
      model.tell({
        ...{ type: 'group', v: 1, seq: 0, madeAtMs: 0 },
        messages: [{ part, buffers: 0, message: { type: 'status', status: { ...status, ...more } } }],
      });
    tell(0, { state: 'ended', late: 2, watermarkUs: 9 });
    tell(1, { state: 'replaying', late: 3, watermarkUs: 5 });
    expect(model.status).toMatchObject({ state: 'replaying', late: 5, watermarkUs: 5, error: null });
    tell(1, { state: 'failed', error: 'no' });
    expect(model.status).toMatchObject({ state: 'failed', error: 'no' });
    tell(7, { state: 'failed' });
  });

  it('and a model of one table are not each other', () => {
    expect(() => new GroupModel(OUTPUT).apply(...snapshot(1, []))).toThrow(/several/);
    expect(() => new ViewModel(output([])).apply(...group(1))).toThrow(/has one/);
    expect(() => new GroupModel(OUTPUT).apply({ ...group(1)[0], v: 9 } as Frame, [])).toThrow(/version 9/);
  });
});
