import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

/** The kernel's wire process before an engine that sends frames of a size at a rate. */
const FRAME_KERNEL = fileURLToPath(new URL('../../bench/kernel/frameKernel.mjs', import.meta.url));
const SECONDS = 2;

let kernel: JupyterClient;
afterEach(() => kernel.dispose());

test.each([
  [100_000, 60],
  [1_000_000, 60],
  [100_000, 600],
  // All of them at once.
  [100_000, 50_000],
])('of frames of %i bytes, %i times a second, all arrive, in order and whole', async (bytes, hertz) => {
  kernel = await JupyterClient.start({ command: [process.execPath, FRAME_KERNEL, '{connection_file}'] });
  const total = Math.min(hertz * SECONDS, 1_200);
  const data = { bytes, hertz, seconds: total / hertz };
  kernel.send('comm_open', { comm_id: 'frames', target_name: 'millrace.view', data });
  const frames = () => kernel.published.filter(({ type }) => type === 'comm_msg');
  await kernel.until(() => (frames().length >= total ? true : undefined), `${total} frames`);
  expect(frames()).toHaveLength(total);
  expect(frames().every(({ buffers }) => buffers.length === 1 && buffers[0].length === bytes)).toBe(true);
  const sentAt = frames().map(({ content }) => (content.data as { at: number }).at);
  expect(sentAt).toEqual(sentAt.toSorted((a, b) => a - b));
});
