// What it costs to record messages: the time that the feed is held up by each, and all CPU time until they are on the disk.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileRecorders } from '../../engine/dist/node/recordings/recorders.js';
import { realWorld } from '../../engine/dist/node/world.js';

const { bytes, rate, seconds } = JSON.parse(process.argv[2]);
const messages = rate * seconds;
const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
const header = { name: 'bench', address: null, options: {}, fields: null, time: null, createdUs: 0 };
const failed = error => {
  throw error;
};

const encoder = new TextEncoder();
/** Texts as an exchange sends them: alike, and never the same. */
const texts = Array.from({ length: 1000 }, (_, i) => {
  const text = `{"e":"trade","E":${1_709_908_200_000 + i * 37},"s":"S${i % 50}","t":${i * 7919},"p":"${100 + i / 7}","q":"${i % 300}","more":"`;
  return encoder.encode(`${text.padEnd(bytes - 2, String(i))}"}`);
});

try {
  const recorder = await fileRecorders.begin(
    join(folder, 'bench.mrec'),
    header,
    'refuse',
    realWorld('/'),
    failed,
  );
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let held = 0;
  for (let sent = 0; sent < messages;) {
    const due = Math.min(messages, Math.ceil(((performance.now() - begun) / 1000) * rate));
    const from = performance.now();
    for (; sent < due; sent++)
      recorder.add({ kind: 'message', atUs: sent * 100, bytes: texts[sent % 1000], isBinary: false });
    held += performance.now() - from;
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  const stats = await recorder.finish();
  const used = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      rows: messages,
      lost: stats.lost,
      rows_per_s: rate,
      held_us_per_message: Number(((held * 1000) / messages).toFixed(3)),
      cpu_us_per_row: (used.user + used.system) / messages,
      bytes_on_disk_per_message: Number((stats.bytes / messages).toFixed(1)),
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
