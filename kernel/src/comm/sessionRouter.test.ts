import { expect, test } from 'vitest';
import type { HostRequest } from 'millrace/session';
import { SessionRouter } from './sessionRouter.js';

function router(attached: boolean) {
  const asked: HostRequest[] = [];
  const notes: [string | null, string][] = [];
  const engine = {
    request: (request: HostRequest) => {
      asked.push(request);
      return Promise.resolve({ ok: true as const, value: null });
    },
  };
  const sinks = {
    event: () => undefined,
    note: (owner: string | null, text: string) => notes.push([owner, text]),
  };
  return { router: new SessionRouter(engine, () => attached, sinks), asked, notes };
}

const start = { type: 'clock', command: { type: 'start', at: '09:30', speed: 60 } } as const;
const pause = { type: 'clock', command: { type: 'pause' } } as const;

test('with a front end attached, the clock does what cells say', async () => {
  const { router: session, asked } = router(true);
  await session.request(start);
  await session.request(pause);
  expect(asked).toEqual([start, pause]);
});

test('unattended, the clock runs at its greatest speed and is never paused', async () => {
  const { router: session, asked } = router(false);
  await session.request(start);
  await session.request(pause);
  expect(asked).toEqual([
    { type: 'clock', command: { type: 'start', at: '09:30', speed: 'max' } },
    { type: 'clock', command: { type: 'state' } },
  ]);
});

test('a query that fails and a notice are told under the cell that made them', () => {
  const { router: session, notes } = router(true);
  session.event({ type: 'notice', owner: 'a', text: '2 rows rejected' });
  const error = { name: 'E', code: 'MR1', message: 'broken.', hint: 'Mend it.', origin: null, node: null };
  session.event({ type: 'queryFailed', queryId: 'q', owner: 'b', error });
  expect(notes).toEqual([
    ['a', '2 rows rejected'],
    ['b', 'MR1 broken. Mend it.'],
  ]);
});

test('unattended, the clock goes where cells send it, and plays on at its greatest speed', async () => {
  const { router: session, asked } = router(false);
  const seek = { type: 'seek', to: '10:30' } as const;
  const step = { type: 'step', by: { events: 1 } } as const;
  await session.request(seek);
  await session.request(step);
  await session.request({ type: 'clock', command: { type: 'play' } });
  expect(asked).toEqual([seek, step, { type: 'clock', command: { type: 'play', speed: 'max' } }]);
});
