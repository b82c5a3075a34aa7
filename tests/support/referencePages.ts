import { format, resolveConfig } from 'prettier';
import { join } from 'node:path';
import { formatDate, formatTimestamp } from '../../engine/src/columns/iso.js';
import { formatDecimal } from '../../engine/src/columns/decimal.js';
import { formatDurationTicks } from '../../engine/src/columns/durationTicks.js';
import type { DataType } from '../../engine/src/columns/types.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Example, ScalarFunction } from '../../engine/src/expr/function.js';
import { bind } from '../../engine/src/functions/bind.js';
import { AGGREGATES } from '../../engine/src/functions/aggregate/registry.js';
import { ROW_FUNCTIONS } from '../../engine/src/functions/rolling/registry.js';
import { SCALAR_GROUPS } from '../../engine/src/functions/scalar/registry.js';
import { WINDOWS } from '../../engine/src/windows/registry.js';
import { ROOT } from './checkout.js';
import { literalOf } from './randomExpressions.js';

/** Where the pages are, and the command that writes them anew. */
export const FOLDER = join(ROOT, 'docs', 'reference');
export const RENEW = 'MILLRACE_RENEW=1 npx vitest run --project properties tests/engine/reference.test.ts';

const NOTE = `<!-- Written out of the registries by \`${RENEW}\`. -->`;

function shown(value: Value, type: DataType): string {
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'string':
    case 'json':
      return `'${String(value).replaceAll("'", "''")}'`;
    case 'timestamp':
      return formatTimestamp(value as bigint, type.unit);
    case 'date':
      return formatDate(Number(value));
    case 'decimal':
      return formatDecimal(value as bigint, type.scale);
    case 'duration':
      return formatDurationTicks(value as bigint, type.unit);
    case 'float64':
      return Object.is(value, -0) ? '-0.0' : Number.isInteger(value) ? `${String(value)}.0` : String(value);
    default:
      return String(value).toUpperCase();
  }
}

function exampleText(fn: ScalarFunction, { args, result }: Example): string {
  const { type } = bind({ kind: 'call', fn: fn.name, args: args.map(literalOf) }, { fields: [] });
  return `${fn.name}(${args.map(arg => shown(arg.value, arg.type)).join(', ')}) → ${shown(result, type)}`;
}

function scalarEntry(fn: ScalarFunction): string {
  const examples = fn.examples.slice(0, 3).map(example => exampleText(fn, example));
  const also = [fn.name, ...(fn.aliases ?? [])].slice(1).map(name => `\`${name}\``);
  return [
    `### \`${fn.signature}\``,
    fn.doc,
    also.length > 0 ? `In \`expr\` also ${also.join(', ')}.` : '',
    `\`\`\`text\n${examples.join('\n')}\n\`\`\``,
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

function functionsPage(): string {
  const groups = Object.entries(SCALAR_GROUPS).map(([name, functions]) =>
    [`## ${name}`, ...functions.map(scalarEntry)].join('\n\n'),
  );
  return [
    '# Scalar functions',
    'Functions of the values of one row. Each is a method of expressions (`t.price.round(2)`), and a function of the SQL grammar in `` expr`…` ``, ' +
      'in any case and with or without underscores (`PAD_START`). NULL arguments give NULL unless a function says otherwise.',
    ...groups,
  ].join('\n\n');
}

interface Entry {
  readonly name: string;
  readonly signature?: string;
  readonly doc: string;
}

function entries(list: Iterable<Entry>): string {
  return [...list]
    .map(({ name, signature, doc }) =>
      [`### \`${signature === undefined ? `${name}(…)` : `${name}(${signature})`}\``, doc].join('\n\n'),
    )
    .join('\n\n');
}

function aggregatesPage(): string {
  return [
    '# Aggregates and row functions',
    '## Aggregates',
    'Functions of the rows of a group, for `aggregate`; also over the rows before each one, after `rolling`. Each takes `{ where }`.',
    entries(AGGREGATES.values()),
    '## Row functions',
    'Functions of a row and those near it, for `rolling`: in event order. Places by a value are for `rank` of tables, and for `topN`.',
    entries(ROW_FUNCTIONS.values()),
  ].join('\n\n');
}

function windowsPage(): string {
  return [
    '# Windows',
    'How rows are cut into groups by time, for `window`. Every window adds `windowStart`, `windowEnd` (exclusive) and `windowTime` to its rows.',
    entries(WINDOWS.values()),
  ].join('\n\n');
}

/** The pages as they should be, by file. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const pages = {
    'functions.md': functionsPage(),
    'aggregates.md': aggregatesPage(),
    'windows.md': windowsPage(),
  };
  const options = await resolveConfig(join(FOLDER, 'functions.md'));
  const made = await Promise.all(
    Object.entries(pages).map(
      async ([file, text]) =>
        [file, await format(`${NOTE}\n\n${text}\n`, { ...options, parser: 'markdown' })] as const,
    ),
  );
  return new Map(made);
}
