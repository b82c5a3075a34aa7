import { fileURLToPath } from 'node:url';
import { measure } from '../support/children.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));

/** A measurement that is no workload of a peer's: its script gives the rows of the table itself. */
const script = name => async options => {
  const args = [
    '--expose-gc',
    '--max-old-space-size=8192',
    here(`extra/${name}.mjs`),
    JSON.stringify(options),
  ];
  const results = await measure(process.execPath, args);
  return results.map(result => ({ order: null, engine: 'millrace', ...result }));
};

/** What else is measured, by the name that `--case` takes. */
export const EXTRAS = {
  keys: script('keys'),
  perKey: script('perKey'),
  joins: script('joins'),
  'timed joins': script('timedJoins'),
  'state of joins': script('joinState'),
  soak: script('soak'),
  queries: script('queries'),
  latency: script('latency'),
  compile: script('compile'),
  snapshot: script('snapshot'),
  patterns: script('patterns'),
  'key-value': script('keyValue'),
  'map-reduce': script('mapReduce'),
};
