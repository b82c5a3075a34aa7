import { fileURLToPath } from 'node:url';
import { measure } from '../support/children.mjs';

const SECONDS = 6;

/** One case: so many messages a second of so many rows each, 0: as many as are read. */
const socket = (name, rate, rows) => async () => {
  const script = fileURLToPath(new URL('socketRun.mjs', import.meta.url));
  const result = await measure(process.execPath, [script, JSON.stringify({ rate, rows, seconds: SECONDS })]);
  return [{ name, order: null, engine: 'millrace', ...result }];
};

/** WebSockets, by the name that `--case` takes. */
const SOCKETS = {
  'socket 1k': socket('WebSocket: 1,000 messages a second, one trade each', 1000, 1),
  'socket 10k': socket('WebSocket: 10,000 messages a second, one trade each', 10_000, 1),
  'socket 20k': socket('WebSocket: 20,000 messages a second, one trade each', 20_000, 1),
  'socket 50k': socket('WebSocket: 50,000 messages a second, one trade each', 50_000, 1),
  'socket most': socket('WebSocket: as many messages as are read, one trade each', 0, 1),
  'socket lists': socket('WebSocket: as many messages as are read, 256 trades each', 0, 256),
};

/** Messages a second, and how long after its sending a message's row has changed. */
export async function measureSockets({ cases }) {
  const results = [];
  for (const [name, run] of Object.entries(SOCKETS))
    if (cases.includes('socket') || cases.includes(name)) results.push(...(await run()));
  return results;
}
