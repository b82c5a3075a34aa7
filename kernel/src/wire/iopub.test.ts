import { describe, expect, test } from 'vitest';
import { IopubPublisher } from './iopub.js';
import { MessageCodec, type Header, type Outgoing } from './message.js';
import { Pace } from './pace.js';
import { SendQueue } from './sockets.js';

/** A queue that keeps what is sent. */
class Kept extends SendQueue {
  readonly sent: Outgoing[] = [];

  constructor() {
    super({ send: () => Promise.resolve() }, new MessageCodec(''));
  }

  override send(out: Outgoing): Promise<void> {
    this.sent.push(out);
    return Promise.resolve();
  }
}

const parent = (id: string) => ({ msg_id: id }) as Header;
const shown = ({ sent }: Kept) =>
  sent.map(({ type, content }) => [type, content.text ?? content.name ?? null]);

describe('what is published', () => {
  test('joins neighbouring text of one cell and stream, and keeps the order', async () => {
    const socket = new Kept();
    const iopub = new IopubPublisher(socket);
    iopub.stream(parent('a'), 'stdout', 'one ');
    iopub.stream(parent('a'), 'stdout', 'two');
    iopub.stream(parent('a'), 'stderr', 'three');
    iopub.stream(parent('b'), 'stderr', 'four');
    void iopub.publish('display_data', parent('b'), {});
    iopub.stream(parent('b'), 'stderr', 'five');
    await iopub.flushed();
    expect(shown(socket)).toEqual([
      ['stream', 'one two'],
      ['stream', 'three'],
      ['stream', 'four'],
      ['display_data', null],
      ['stream', 'five'],
    ]);
  });

  test('leaves in time without a flush', async () => {
    const socket = new Kept();
    new IopubPublisher(socket).stream(parent('a'), 'stdout', 'soon');
    await expect.poll(() => shown(socket)).toEqual([['stream', 'soon']]);
  });

  test('is urgent before waiting output', async () => {
    const socket = new Kept();
    const iopub = new IopubPublisher(socket);
    iopub.stream(parent('a'), 'stdout', 'text');
    await iopub.urgent('comm_msg', parent('a'), {});
    await iopub.flushed();
    expect(socket.sent.map(each => each.type)).toEqual(['comm_msg', 'stream']);
  });

  test('says when too much waits, and drops what an interrupted cell still prints', async () => {
    const socket = new Kept();
    const pressure: boolean[] = [];
    const iopub = new IopubPublisher(socket, high => pressure.push(high));
    for (let i = 0; i < 60; i++) iopub.stream(parent('a'), 'stdout', 'x'.repeat(64 * 1024));
    expect(pressure).toEqual([true]);
    iopub.interrupted();
    expect(pressure).toEqual([true, false]);
    iopub.stream(parent('a'), 'stdout', 'y'.repeat(300_000));
    iopub.stream(parent('a'), 'stdout', 'never seen');
    iopub.resumed(parent('a'));
    await iopub.flushed();
    const text = socket.sent.map(each => String(each.content.text)).join('');
    expect(text).toMatch(/bytes of output dropped by the interrupt/);
    expect(text.length).toBeLessThan(2_000_000);
    expect(text).not.toContain('never seen');
  });
});

test('displays that wait count as what they hold', async () => {
  const pressure: boolean[] = [];
  const iopub = new IopubPublisher(new Kept(), high => pressure.push(high));
  iopub.stream(parent('a'), 'stdout', 'x'.repeat(800_000));
  for (let i = 0; i < 3; i++) {
    void iopub.publish('display_data', parent('a'), { data: { 'image/png': 'y'.repeat(1_000_000) } });
  }
  expect(pressure).toEqual([true]);
  await iopub.flushed();
  expect(pressure).toEqual([true, false]);
});

describe('the pace', () => {
  test('lets a burst through, then the rate', () => {
    let now = 0;
    const pace = new Pace(100, 1000, () => now);
    pace.take(100);
    expect(pace.delayMs()).toBeGreaterThan(0);
    now += 50;
    expect(pace.delayMs()).toBe(0);
    pace.take(150);
    expect(pace.delayMs()).toBe(101);
    now += 10_000;
    pace.take(99);
    expect(pace.delayMs()).toBe(0);
  });
});
