import { Writable } from 'node:stream';
import type { RunnerOutput } from './output.js';
import type { StreamName } from './outputFrames.js';

/** Sends what code writes to stdout, stderr and the console through the output pipe. */
export function redirectStandardStreams(output: RunnerOutput): void {
  for (const name of ['stdout', 'stderr'] as const) {
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      value: streamTo(output, name),
    });
  }
  console.clear = () => output.clear(false);
}

function streamTo(output: RunnerOutput, name: StreamName): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, encoding, done) {
      output.stream(name, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
      done();
    },
  });
  // Writable's own write keeps state that an interrupt in its middle would leave broken, and it buffers.
  const write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    const text =
      typeof chunk === 'string' && typeof encoding === 'string'
        ? Buffer.from(chunk, encoding as BufferEncoding)
        : chunk;
    if (typeof text !== 'string' && !(text instanceof Uint8Array)) {
      throw new TypeError(`process.${name}.write() takes text or bytes, not ${typeof chunk}.`);
    }
    output.stream(name, text);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') process.nextTick(callback as () => void);
    return true;
  };
  stream.write = write as typeof stream.write;
  return Object.assign(stream, {
    fd: name === 'stdout' ? 1 : 2,
    columns: 100,
    isTTY: false,
    getColorDepth: () => 1,
    hasColors: () => false,
  });
}
