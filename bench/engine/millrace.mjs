// One run of one case by Millrace: `millrace.mjs CASE STEM`. Streaming: batches as they arrive, windows as they close.
import { measured } from '../support/children.mjs';
import { count, first, last, max, min, replay, sum, tumble, vwap } from 'millrace';
import { decodeArrow } from '../../engine/dist/codecs/arrow.js';
import { NODE_SOURCES } from '../../engine/dist/node/connectors.js';
import { realWorld } from '../../engine/dist/node/world.js';
import { createSessionHost } from '../../engine/dist/session/host.js';
import { columnsInMemory } from './memory.mjs';

const [name, stem] = process.argv.slice(2);
const path = `${stem}.${name === 'W2m' ? 'parquet' : name.split(' ')[1]}`;
const world = realWorld('/');
let connectors = NODE_SOURCES;
if (name === 'W2m') {
  const memory = await columnsInMemory(NODE_SOURCES, path, world);
  await memory.load('ts');
  connectors = [memory];
}
const host = createSessionHost({ world, connectors, sinks: [], defer: setImmediate });
const link = host.link();

const { plan } = replay(path, { time: 'ts', watermark: '0 s' })
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(t => ({
    open: first(t.price),
    high: max(t.price),
    low: min(t.price),
    close: last(t.price),
    volume: sum(t.size),
    vwap: vwap(t.price, t.size),
    n: count(),
  }))
  .final();

// Finding the schema is part of reading a file, and no part of W2m.
if (name === 'W2m') await link.request({ type: 'bind', plan });

await measured(
  () => link.request({ type: 'read', plan, limit: null, current: false }),
  ({ arrow }) => {
    const { fields, columns, length } = decodeArrow(arrow);
    const total = key => {
      const { data } = columns[fields.findIndex(field => field.name === key)];
      return data.reduce((sum, value) => sum + value, 0);
    };
    const sums = ['n', 'volume', 'open', 'high', 'low', 'close', 'vwap'].map(key => [key, total(key)]);
    return { bars: length, ...Object.fromEntries(sums) };
  },
);
await host.close();
