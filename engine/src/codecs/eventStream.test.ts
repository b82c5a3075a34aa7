import { describe, expect, it } from 'vitest';
import { seededRandom } from '../sources/random.js';
import { EventStream } from './eventStream.js';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);
const SEED = Number(process.env.MILLRACE_SEED ?? 1);
const encoder = new TextEncoder();

function read(text: string | Uint8Array, cut: (length: number) => number, maxBytes = 1 << 20) {
  const events: [string, string, string][] = [];
  let large = 0;
  const stream: EventStream = new EventStream(maxBytes, {
    event: (name, data) =>
      events.push([name, new TextDecoder('utf-8', { ignoreBOM: true }).decode(data), stream.lastEventId]),
    tooLarge: () => large++,
  });
  stream.begin();
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  for (let at = 0; at < bytes.length;) {
    const length = Math.max(1, cut(bytes.length - at));
    stream.push(bytes.slice(at, at + length));
    at += length;
  }
  return { events, large, retry: stream.retryMs, id: stream.lastEventId };
}

/** The standard's rules over the whole text. */
function reference(text: string) {
  const events: [string, string, string][] = [];
  let [data, name, buffer, id, retry]: [string[], string, string, string, number | null] = [
    [],
    '',
    '',
    '',
    null,
  ];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  lines.pop();
  for (const line of lines) {
    if (line === '') {
      id = buffer;
      if (data.length > 0) events.push([name === '' ? 'message' : name, data.join('\n'), id]);
      [data, name] = [[], ''];
      continue;
    }
    const [, field, value] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) as unknown as [
      string,
      string,
      string | undefined,
    ];
    if (field === 'data') data.push(value ?? '');
    else if (field === 'event') name = value ?? '';
    else if (field === 'id' && !(value ?? '').includes('\0')) buffer = value ?? '';
    else if (field === 'retry' && /^\d+$/.test(value ?? '')) retry = Number(value);
  }
  return { events, large: 0, retry, id };
}

const PIECES = [
  'data', 'event', 'id', 'retry', ':', ': ', ' ', '\n', '\n', '\r', '\r\n', '\n\n', '\r\r', 'ä€😀', '7', 'x', '\0', '\uFEFF', 'data: a\n', 'id:1\n', 'event: e\r\n',
]; // prettier-ignore

describe('server-sent events', () => {
  it('are read as the standard says, in any pieces', () => {
    const random = seededRandom(SEED);
    const pick = (count: number) => Math.floor(random() * count);
    let found = 0;
    for (let run = 0; run < RUNS * 10; run++) {
      const text = Array.from({ length: pick(40) }, () => PIECES[pick(PIECES.length)]).join('');
      const expected = reference(text);
      found += expected.events.length;
      for (const cut of [() => Infinity, () => 1, () => pick(9)]) expect(read(text, cut)).toEqual(expected);
    }
    expect(found).toBeGreaterThan(RUNS);
  });

  it('of more bytes than are taken are passed over, and nothing is held of them', () => {
    const text = `data: ok\n\ndata: ${'x'.repeat(500)}\nid: 9\n\ndata: ${'y'.repeat(60)}\ndata: ${'y'.repeat(60)}\n\n${'z'.repeat(300)}\ndata: no\n\ndata: then\n\n`;
    for (const cut of [() => Infinity, () => 1, () => 7, () => 150]) {
      const { events, large } = read(text, cut, 100);
      expect(events.map(event => event[1])).toEqual(['ok', 'then']);
      expect(large).toBe(3);
    }
  });

  it('survive any bytes', () => {
    const random = seededRandom(SEED + 1);
    for (let run = 0; run < RUNS; run++) {
      const bytes = Uint8Array.from(
        { length: 300 },
        () => Math.floor(random() * 256) % (run % 2 === 0 ? 256 : 20),
      );
      const whole = read(bytes, () => Infinity);
      expect(read(bytes, () => 1 + Math.floor(random() * 5))).toEqual(whole);
    }
  });
});
