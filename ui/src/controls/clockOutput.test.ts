// @vitest-environment jsdom
import { expect, it } from 'vitest';
import { clockBundle, type ClockState, type SessionMessage } from '@millrace/protocol';
import type { ChannelState, SessionChannel } from '../model/channel.js';
import { pageSettings } from './barSettings.js';
import { ClockOutputView } from './clockOutput.js';

const STATE: ClockState = {
  mode: 'paused',
  speed: 60,
  nowUs: 1_767_623_400_000_000,
  startUs: 1_767_623_400_000_000,
  endUs: 1_767_623_460_000_000,
  live: false,
};

/** A channel that the test opens and closes. */
function channelOf() {
  const listeners: { state: (state: ChannelState) => void; message: (message: SessionMessage) => void } = {
    state: () => undefined,
    message: () => undefined,
  };
  const channel: SessionChannel & { state: ChannelState } = {
    state: { kind: 'unavailable', reason: 'not trusted' },
    onState: listener => (listeners.state = listener),
    onMessage: listener => (listeners.message = message => listener(message, [])),
    open: () => become('open'),
    send: () => undefined,
    close: () => undefined,
  };
  const become = (kind: ChannelState['kind']): void => {
    channel.state = { kind, reason: null };
    listeners.state(channel.state);
  };
  return { channel, become, tell: (state: ClockState) => listeners.message({ type: 'clock', state }) };
}

it('shows what was saved where there is no kernel, and a bar where there is one, and saves what it showed last', () => {
  const { channel, become, tell } = channelOf();
  const view = new ClockOutputView({ v: 1, state: STATE }, channel, pageSettings());
  const saved = view.node.querySelector<HTMLElement>('.millrace-ClockOutput-saved');
  const bar = view.node.querySelector<HTMLElement>('.millrace-ReplayBar');
  expect([saved?.hidden, bar?.hidden]).toEqual([false, true]);
  expect(saved?.textContent).toBe(
    'Clock: paused at 2026-01-05 14:30:00 UTC, 60×; 2026-01-05 14:30:00 UTC to 2026-01-05 14:31:00 UTC',
  );
  expect(view.saved()).toEqual(clockBundle(STATE));
  become('ready');
  expect([saved?.hidden, bar?.hidden]).toEqual([true, false]);
  tell({ ...STATE, mode: 'playing', nowUs: 1_767_623_430_000_000 });
  become('closed');
  expect(saved?.textContent).toContain('Clock: playing at 2026-01-05 14:30:30 UTC');
  expect(view.saved()['text/plain']).toBe(saved?.textContent);
});

it('never makes HTML of what a notebook says', () => {
  const hostile = { ...STATE, mode: '<img src=x onerror=alert(1)>' as ClockState['mode'] };
  expect(clockBundle(hostile)['text/html']).not.toContain('<img');
});
