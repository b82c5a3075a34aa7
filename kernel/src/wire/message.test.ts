import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MessageCodec } from './message.js';

const codec = () => new MessageCodec('secret');
const bytes = (frames: readonly (Uint8Array | string)[]) => frames.map(frame => Buffer.from(frame as string));
const request = { type: 'execute_request', parent: {}, content: { code: '1' } } as const;

describe('messages', () => {
  test('survive the way with their identities and buffers', () => {
    const identity = Buffer.from([0, 1, 255]);
    const frames = codec().encode({ ...request, identities: [identity], buffers: [Buffer.from([9, 8])] });
    const message = codec().decode(bytes(frames));
    expect(message?.identities).toEqual([identity]);
    expect(message?.header.msg_type).toBe('execute_request');
    expect(message?.content).toEqual({ code: '1' });
    expect(message?.buffers).toEqual([Buffer.from([9, 8])]);
  });

  test('have no halves of characters, and their backslashes', () => {
    const text = 'a\ud800b\\ud800\udc00 \ud83d\ude00 \\\ud800';
    const frames = codec().encode({ ...request, content: { code: text } });
    const message = codec().decode(bytes(frames));
    expect(message?.content).toEqual({ code: 'a\ufffdb\\ud800\ufffd \ud83d\ude00 \\\ufffd' });
  });

  test('are signed as the protocol says', () => {
    const [, signature, ...parts] = codec().encode(request) as string[];
    const hmac = createHmac('sha256', 'secret');
    for (const part of parts) hmac.update(part);
    expect(signature).toBe(hmac.digest('hex'));
  });

  test('signed with another key, unsigned, changed, or cut short are dropped', () => {
    const frames = bytes(codec().encode(request));
    const changed = (index: number, text: string) =>
      frames.map((frame, i) => (i === index ? Buffer.from(text) : frame));
    expect(new MessageCodec('other').decode(frames)).toBeNull();
    expect(codec().decode(changed(1, ''))).toBeNull();
    expect(codec().decode(changed(5, '{"code":"2"}'))).toBeNull();
    expect(codec().decode(frames.slice(0, 4))).toBeNull();
    expect(codec().decode(changed(0, '<OTHER>'))).toBeNull();
    expect(codec().decode([])).toBeNull();
  });

  test('that come a second time are dropped', () => {
    const receiver = codec();
    const frames = bytes(codec().encode(request));
    expect(receiver.decode(frames)).not.toBeNull();
    expect(receiver.decode(frames)).toBeNull();
  });

  test('whose parts are no JSON or no messages are dropped', () => {
    const open = new MessageCodec('');
    const frames = (header: string, content: string) => bytes(['<IDS|MSG>', '', header, '{}', '{}', content]);
    const header = '{"msg_id":"1","msg_type":"x"}';
    expect(open.decode(frames(header, '{}'))).not.toBeNull();
    expect(open.decode(frames('{', '{}'))).toBeNull();
    expect(open.decode(frames('{}', '{}'))).toBeNull();
    expect(open.decode(frames(header, '[]'))).toBeNull();
  });

  test('under a scheme that is no HMAC are refused from the start', () => {
    expect(() => new MessageCodec('key', 'rot13')).toThrow(/hmac-sha256/);
  });
});
