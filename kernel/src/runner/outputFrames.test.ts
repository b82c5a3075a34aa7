import { expect, test } from 'vitest';
import fc from 'fast-check';
import { FrameReader, messageFrame, streamFrame } from './outputFrames.js';

test('frames come out as they went in, however the pipe cuts them', () => {
  const text = fc.record({
    name: fc.constantFrom('stdout' as const, 'stderr' as const),
    run: fc.nat(),
    text: fc.string({ unit: 'binary' }),
  });
  const seed = process.env.MILLRACE_SEED === undefined ? undefined : Number(process.env.MILLRACE_SEED);
  fc.assert(
    fc.property(fc.array(text), fc.array(fc.integer({ min: 1, max: 30 })), (streams, cuts) => {
      const frames = streams.map(each => streamFrame(each.name, each.run, Buffer.from(each.text)));
      frames.push(messageFrame({ type: 'clear', run: 7, wait: true }));
      const pipe = Buffer.concat(frames);
      const reader = new FrameReader();
      const read = [];
      for (let at = 0, i = 0; at < pipe.length; i++) {
        const size = cuts.length === 0 ? 1000 : cuts[i % cuts.length];
        read.push(...reader.push(pipe.subarray(at, at + size)));
        at += size;
      }
      const sent = streams.map(each => ({
        kind: 'stream',
        ...each,
        text: Buffer.from(each.text).toString('utf8'),
      }));
      expect(read).toEqual([...sent, { kind: 'message', message: { type: 'clear', run: 7, wait: true } }]);
    }),
    { seed },
  );
});
