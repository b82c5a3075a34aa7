// `npm run bench -- NAME [--rows N] [--case NAME]… [--order ORDER]… [--engine NAME]… [--runs N] [--data NAME] [--keep] [--json]`: runs bench/NAME, prints a table and, last, one line of JSON.
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine, table } from './support/report.mjs';
import { keepResults } from './support/results.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string' },
    json: { type: 'boolean', default: false },
    /** Some cases alone, by name; and how often each is run. */
    case: { type: 'string', multiple: true },
    order: { type: 'string', multiple: true },
    /** Some peers alone; ours is always there. */
    engine: { type: 'string', multiple: true },
    runs: { type: 'string' },
    /** Which data set, where a benchmark has several. */
    data: { type: 'string' },
    /** Whether the figures are kept in bench/results/. */
    keep: { type: 'boolean', default: false },
  },
});
const [name] = positionals;
const topic = new URL(`./${name}/index.mjs`, import.meta.url);

if (positionals.length !== 1 || !existsSync(topic)) {
  const names = readdirSync(new URL('.', import.meta.url)).filter(each =>
    existsSync(new URL(`./${each}/index.mjs`, import.meta.url)),
  );
  console.error(`Say which benchmark: npm run bench -- ${names.join(' | ')} [--rows N] [--json]`);
  process.exit(2);
}

const rows = values.rows === undefined ? undefined : Number(values.rows.replaceAll('_', ''));
if (rows !== undefined && !(rows > 0)) {
  console.error(`--rows needs a number, not '${values.rows}'.`);
  process.exit(2);
}

const { run } = await import(topic.href);
const results = await run({
  rows,
  cases: values.case,
  orders: values.order,
  only: values.engine,
  runs: values.runs === undefined ? undefined : Number(values.runs),
  data: values.data,
});
if (!values.json) console.log(table(results));
if (values.keep) process.stderr.write(`Kept in ${keepResults(name, machine(), results)}\n`);
console.log(JSON.stringify({ bench: name, machine: machine(), results }));
