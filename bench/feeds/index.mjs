import { measureClock } from './clock.mjs';
import { measureFormats } from './formats.mjs';
import { measureRecordings } from './recordings.mjs';
import { measureSockets } from './sockets.mjs';

/** The parts of this benchmark, by the name that `--case` takes: each is given the options of `bench/run.mjs`, and gives its results. */
const PARTS = {
  formats: measureFormats,
  socket: measureSockets,
  clock: measureClock,
  recording: measureRecordings,
};

/** What comes in from outside: how fast, at what cost beside DuckDB and Polars, and in how much memory. */
export async function run(options) {
  const chosen = options.cases ?? Object.keys(PARTS);
  const results = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (chosen.includes(name) || chosen.some(each => each.startsWith(`${name} `))) {
      results.push(...(await measure({ ...options, cases: chosen })));
    }
  }
  return results;
}
