import { fileURLToPath } from 'node:url';
import { measure } from '../support/children.mjs';

/** Recordings, by the name that `--case` takes: how long a message is, how many come a second, and for how long. */
const RECORDINGS = {
  'recording small': { bytes: 150, rate: 50_000, seconds: 6 },
  'recording large': { bytes: 4000, rate: 5000, seconds: 6 },
};

/** What recording a message costs the feed that it comes over, and the machine. */
export async function measureRecordings({ cases }) {
  const script = fileURLToPath(new URL('recordingRun.mjs', import.meta.url));
  const results = [];
  for (const [name, options] of Object.entries(RECORDINGS)) {
    if (!cases.includes('recording') && !cases.includes(name)) continue;
    const result = await measure(process.execPath, [script, JSON.stringify(options)]);
    const [bytes, rate] = [options.bytes, options.rate].map(each => each.toLocaleString('en-US'));
    const title = `Recording ${rate} messages a second of ${bytes} bytes`;
    results.push({ name: title, order: null, engine: 'millrace', ...result });
  }
  return results;
}
