/** The thread that makes the bundles of live views for front ends that draw none: pictures take tenths of a second. */
import { parentPort } from 'node:worker_threads';
import { drawnBundle, toldBundle } from '../display/drawnBundle.js';
import { viewBundle } from '../display/viewBundle.js';
import { limited } from './limited.js';
import type { DrawAnswer, Drawn, DrawRequest } from './messages.js';

async function draw({ live, saved, all, reason }: DrawRequest): Promise<Drawn> {
  if (all !== null) return limited(await drawnBundle(live, saved, all));
  const bundle = viewBundle(live, saved);
  return limited(reason === null ? bundle : toldBundle(bundle, reason));
}

parentPort?.on('message', (request: DrawRequest) => {
  const { id } = request;
  const answer = (message: DrawAnswer): void => parentPort?.postMessage(message);
  draw(request).then(
    drawn => answer({ id, drawn }),
    (error: unknown) => answer({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
