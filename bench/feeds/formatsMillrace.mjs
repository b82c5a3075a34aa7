// One run of one file by Millrace: `formatsMillrace.mjs PATH`, schema inference included.
import { count, max, replay, sum } from 'millrace';
import { createNodeHost } from 'millrace/host';
import { decodeArrow } from '../engine/operators.mjs';
import { measured } from '../support/children.mjs';

const [path] = process.argv.slice(2);
const host = createNodeHost({ directory: '/' });
const link = host.link();
const { plan } = replay(path, { time: 'ts' })
  .groupBy('symbol')
  .aggregate(t => ({ n: count(), volume: sum(t.size), high: max(t.price) }));
await measured(
  () => link.request({ type: 'read', plan, limit: null, current: false }),
  ({ arrow }) => {
    const { fields, columns, length } = decodeArrow(arrow);
    const total = key =>
      columns[fields.findIndex(({ name }) => name === key)].data.reduce((a, b) => a + Number(b), 0);
    return { groups: length, n: total('n'), volume: total('volume'), high: total('high') };
  },
);
await host.close();
