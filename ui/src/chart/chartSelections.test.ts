// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChartSelection, InputMessage, InputRequest } from '@millrace/protocol';
import { parse, View, type Spec } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { ChannelState, InputChannel } from '../model/channel.js';
import { axisTime } from './axisTime.js';
import { ChartSelections } from './chartSelections.js';
import { hasInterval, NONE_SELECTED, withSelections } from './selectionSpec.js';

const BRUSH: ChartSelection = {
  ...{ param: 'brush', input: 'c.brush', channels: ['x', 'y'], value: '' },
  spec: {
    ...{ kind: 'selection', label: null, mode: 'interval', value: '' },
    fields: [
      { column: 'at', kind: 'time', way: 'range' },
      { column: 'a.b', kind: 'number', way: 'range' },
    ],
  },
};
const SPEC = {
  data: {
    values: [
      { at: 1000, 'a.b': 1 },
      { at: 9000, 'a.b': 9 },
    ],
  },
  params: [{ name: 'brush', select: 'interval' }],
  mark: 'point',
  encoding: { x: { field: 'at', type: 'temporal' }, y: { field: 'a\\.b', type: 'quantitative' } },
};

class Channel implements InputChannel {
  state: ChannelState = { kind: 'ready', reason: null };
  readonly sent: unknown[] = [];
  deliver: (message: InputMessage) => void = () => undefined;
  private tell: (state: ChannelState) => void = () => undefined;
  onState(listener: (state: ChannelState) => void): void {
    this.tell = listener;
    listener(this.state);
  }
  onMessage(listener: (message: InputMessage, buffers: readonly Uint8Array[]) => void): void {
    this.deliver = message => listener(message, []);
  }
  open(): void {
    this.state = { kind: 'open', reason: null };
    this.tell(this.state);
  }
  send({ value }: InputRequest): void {
    this.sent.push(value);
  }
  close(): void {
    this.state = { kind: 'closed', reason: null };
  }
  says(value: string, computing = false): void {
    this.deliver({ type: 'state', spec: BRUSH.spec, value, computing });
  }
}

function made(selection = BRUSH, timeZone?: string) {
  const channel = new Channel();
  const selections = new ChartSelections([selection], () => channel, axisTime(timeZone));
  const changed = vi.fn();
  selections.onChange(changed);
  return { channel, selections, changed };
}

async function viewOf(spec: object): Promise<View> {
  const vega = compile(spec as TopLevelSpec).spec as Spec;
  const view = new View(parse(vega, undefined, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
  });
  return view.runAsync();
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));

describe('selections in a chart', () => {
  it('begin in Vega with what is selected, and are told when it changes there', async () => {
    const { selections, channel } = made({ ...BRUSH, value: '[[2000000,5000000],[2,4.5]]' });
    const view = await viewOf(selections.begin(SPEC));
    expect(view.data('brush_store')).toMatchObject([
      {
        values: [
          [2000, 5000],
          [2, 4.5],
        ],
      },
    ]);
    selections.attach(view);
    const [{ fields }] = view.data('brush_store') as { fields: object[] }[];
    view.data('brush_store', [
      {
        fields,
        values: [
          [3000, 4000],
          [4, 1],
        ],
      },
    ]);
    await view.runAsync();
    vi.advanceTimersByTime(500);
    expect(channel.sent).toEqual(['[[3000000,4000000],[1,4]]']);
    view.data('brush_store', []);
    await view.runAsync();
    vi.advanceTimersByTime(500);
    expect(channel.sent.at(-1)).toBe('');
    expect(selections.saved[0].value).toBe('');
    view.finalize();
  });

  it('are told at most so often, the latest, and not while an older one is computed', () => {
    const { selections, channel } = made();
    vi.advanceTimersByTime(1000);
    const listeners: ((name: string, tuples: unknown) => void)[] = [];
    selections.attach({
      addDataListener: (_: string, listen: () => void) => listeners.push(listen),
    } as never);
    const move = (to: number): void =>
      listeners[0]('', [
        {
          fields: [{ field: 'at' }, { field: 'a\\.b' }],
          values: [
            [0, to],
            [0, 1],
          ],
        },
      ]);
    for (let to = 1; to <= 50; to++) move(to);
    expect(channel.sent).toEqual(['[[0,1000],[0,1]]']);
    channel.says('[[0,1000],[0,1]]', true);
    vi.advanceTimersByTime(500);
    expect(channel.sent).toHaveLength(1);
    channel.says('[[0,1000],[0,1]]', false);
    vi.advanceTimersByTime(100);
    expect(channel.sent).toEqual(['[[0,1000],[0,1]]', '[[0,50000],[0,1]]']);
    selections.dispose();
    move(60);
    vi.advanceTimersByTime(5000);
    expect(channel.sent).toHaveLength(2);
  });

  it('show what the kernel says, unless they have just been moved', () => {
    const { selections, channel, changed } = made();
    channel.says('[[0,1000],[0,1]]');
    expect(changed).toHaveBeenCalledTimes(1);
    expect(selections.saved[0].value).toBe('[[0,1000],[0,1]]');
    expect(selections.node.textContent).toContain(
      'brush: at 1970-01-01 00:00:00.000 to 1970-01-01 00:00:00.001, a.b 0 to 1',
    );
    channel.says('no selection');
    channel.says('[[0,1000],[0,1]]');
    expect(changed).toHaveBeenCalledTimes(1);
    expect(selections.clear()).toBe(true);
    expect(selections.clear()).toBe(false);
    channel.says('[[0,1000],[0,1]]');
    expect(selections.saved[0].value).toBe('');
  });

  it('are set and cleared by the form', () => {
    const { selections, channel, changed } = made();
    const [from, to, low, high] = selections.node.querySelectorAll('input');
    const write = (input: HTMLInputElement, value: string): void => {
      input.value = value;
      input.dispatchEvent(new Event('change'));
    };
    vi.advanceTimersByTime(1000);
    write(from, '1970-01-01T00:00:01');
    expect(channel.sent).toEqual([]);
    write(to, '1970-01-01T00:00:02');
    write(low, '5');
    write(high, '-5');
    expect(channel.sent).toEqual(['[[1000000,2000000],[-5,5]]']);
    expect(changed).toHaveBeenCalledTimes(1);
    selections.node.querySelector('button')?.click();
    vi.advanceTimersByTime(1000);
    expect(channel.sent.at(-1)).toBe('');
  });

  it('take nothing else for a selection', () => {
    const { selections, channel } = made();
    const listeners: ((name: string, tuples: unknown) => void)[] = [];
    selections.attach({
      addDataListener: (_: string, listen: () => void) => listeners.push(listen),
    } as never);
    for (const tuples of [
      [null].slice(1),
      [{}],
      [{ fields: [{ field: 'at' }], values: [[0, 1]] }],
      [
        {
          fields: [{ field: 'at' }, { field: 'a\\.b' }],
          values: [
            [NaN, 1],
            [0, Infinity],
          ],
        },
      ],
      [{ fields: 'at', values: 'x' }],
    ])
      listeners[0]('', tuples);
    vi.advanceTimersByTime(5000);
    expect(channel.sent).toEqual([]);
  });

  it('have times of a zone as its clocks show them', () => {
    const { toUs, toMs } = axisTime('America/New_York');
    for (const us of [0, 1_767_623_400_000_000, 1_772_953_200_000_000, 1_793_510_000_000_000])
      expect(toUs(toMs(us))).toBe(us);
    expect(toMs(1_767_623_400_000_000)).toBe(Date.UTC(2026, 0, 5, 9, 30));
  });
});

describe('specs with selections', () => {
  it('leave Shift to the axis, unless they say how they are made', () => {
    const gestures = (select: unknown, more = {}): unknown =>
      (
        withSelections({ params: [{ name: 'a', select, ...more }] }, NONE_SELECTED).params as {
          select: unknown;
        }[]
      )[0].select;
    expect(gestures('interval')).toMatchObject({ type: 'interval', zoom: false });
    expect(JSON.stringify(gestures('interval'))).toContain('!event.shiftKey');
    expect(gestures({ type: 'interval', on: 'x' })).toMatchObject({ on: 'x' });
    expect(gestures('interval', { bind: 'scales' })).toEqual({ type: 'interval' });
    expect(gestures('point')).toEqual({ type: 'point' });
  });

  it('know whether dragging selects, and keep controls beneath the chart', () => {
    expect(hasInterval({ vconcat: [{ params: [{ name: 'a', select: 'interval' }] }] })).toBe(true);
    expect(hasInterval({ params: [{ name: 'a', select: 'interval', bind: 'scales' }] })).toBe(false);
    expect(hasInterval({ params: [{ name: 'a', select: 'point' }] })).toBe(false);
    const bind = { input: 'range', element: 'body', x: { element: 'head' } };
    const { params } = withSelections({ params: [{ name: 'a', bind }] }, NONE_SELECTED);
    expect(params).toEqual([{ name: 'a', bind: { input: 'range', x: {} } }]);
  });
});
