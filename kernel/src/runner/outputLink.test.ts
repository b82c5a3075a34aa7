import { expect, test } from 'vitest';
import type { HostReplies, HostRequest } from 'millrace/session';
import type { FromRunner } from './outputMessages.js';
import { RunnerLink } from './outputLink.js';

type HostMessage = Extract<FromRunner, { type: 'host' }>;

function link(owner: string | null = null) {
  const sent: HostMessage[] = [];
  return {
    sent,
    link: new RunnerLink(
      message => sent.push(message as HostMessage),
      () => owner,
    ),
  };
}

const release = { type: 'release', queryId: 'q' } as const;

test('answers find their requests', async () => {
  const { link: session, sent } = link();
  const first = session.request(release);
  const second = session.request(release);
  const error = {
    name: 'Gone',
    code: 'MR7',
    message: 'it is gone.',
    hint: 'Make it again.',
    origin: null,
    node: null,
  };
  session.answer(sent[1].id, { ok: false, error });
  session.answer(sent[0].id, { ok: true, value: null });
  session.answer(99, { ok: true, value: null });
  await expect(first).resolves.toBeNull();
  await expect(second).rejects.toMatchObject({ name: 'Gone', code: 'MR7' });
});

test('what nobody owns is owned by the running cell', () => {
  const { link: session, sent } = link('the-cell');
  const open = { type: 'open', plan: {}, owner: null } as unknown as HostRequest;
  void session.request(open);
  void session.request({ ...open, owner: 'another' } as HostRequest);
  expect(sent.map(({ request }) => (request as { owner: string }).owner)).toEqual(['the-cell', 'another']);
});

test('Arrow bytes are where wider views of them can begin', async () => {
  const { link: session, sent } = link();
  const reply = session.request({
    type: 'read',
    plan: {},
    limit: null,
    current: false,
  } as unknown as HostRequest);
  const message = Buffer.from(Array.from({ length: 16 }, (_, i) => i));
  const value = { arrow: message.subarray(3, 11), rows: 1 } as unknown as HostReplies['read'];
  session.answer(sent[0].id, { ok: true, value });
  const { arrow } = (await reply) as HostReplies['read'];
  expect(arrow.byteOffset % 8).toBe(0);
  expect([...arrow]).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
});
