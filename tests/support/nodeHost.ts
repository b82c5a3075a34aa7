import { afterAll, beforeAll } from 'vitest';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';

/** A session in Node for the tests of a file, which its streams and tables run in. */
export function useNodeHost(): void {
  let host: SessionHost;
  beforeAll(() => {
    host = createNodeHost();
    setDefaultLink(host.link());
  });
  afterAll(async () => {
    setDefaultLink(null);
    await host.close();
  });
}
