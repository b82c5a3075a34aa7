import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Arrival } from '../../engine/src/sources/arrival.js';

const SHARED = resolve(import.meta.dirname, '../..', process.env.MILLRACE_SHARED ?? '../shared');

const encoder = new TextEncoder();

/** Recordings of exchanges that were made elsewhere; null where they are not there. */
function recording(name: string): Buffer | null {
  const path = join(SHARED, 'data/crypto', name);
  return existsSync(path) ? readFileSync(path) : null;
}

/** Lines of `<receive time, ns> <json>`, as hftbacktest's collectors write them. */
export function hftRecording(name: string): Arrival[] | null {
  const bytes = recording(name);
  if (bytes === null) return null;
  const lines = gunzipSync(bytes).toString().split('\n');
  return lines.filter(Boolean).map(line => {
    const at = line.indexOf(' ');
    return {
      kind: 'message',
      atUs: Number(BigInt(line.slice(0, at)) / 1000n),
      bytes: encoder.encode(line.slice(at + 1)),
    };
  });
}

/** Lines of cryptofeed: `<url> <-> <s>` (connected), `<url> <- <s>: <json>` (sent, left out here), `<s>: <json>` (received). */
export function cryptofeedRecording(name: string): Arrival[] | null {
  const bytes = recording(name);
  if (bytes === null) return null;
  return bytes
    .toString()
    .split('\n')
    .flatMap((line): Arrival[] => {
      const opened = /^(\S+) <-> ([\d.]+)$/.exec(line);
      if (opened !== null) return [{ kind: 'opened', atUs: us(opened[2]), bytes: encoder.encode(opened[1]) }];
      const received = /^([\d.]+): (.*)$/.exec(line);
      if (received === null) return [];
      return [{ kind: 'message', atUs: us(received[1]), bytes: encoder.encode(received[2]) }];
    });
}

function us(seconds: string): number {
  return Math.round(Number(seconds) * 1e6);
}
