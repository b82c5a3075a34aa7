import type { DataType, Field, PlanSample } from 'millrace';
import { typeName } from 'millrace/session';
import type { MimeBundle } from '../runner/contract.js';
import { quoted } from './rowNames.js';

/** Values of a column that are shown. */
const MOST_VALUES = 5;

const UNITS = { s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' } as const;

/** What is known of a column: its type, whether it may be NULL, its unit, where it is from, and some values. */
export function columnHover(
  column: string,
  of: string | null,
  known: Omit<PlanSample, 'rows'> & Partial<PlanSample>,
): MimeBundle | null {
  const at = known.fields.findIndex(({ name }) => name === column);
  if (at < 0) return null;
  const field = known.fields[at];
  const facts = [typeText(field), ...roles(known, field)].join(', ');
  const lines = [
    `(column) ${quoted(column).slice(1, -1)}: ${typeName(field.type)}${field.nullable ? ' | null' : ''}`,
  ];
  const where = originText(of, known);
  const values = valuesText(known, at, field.type);
  const notes = [`${facts}.`, where, values].filter(text => text !== '');
  const fence = '`'.repeat(Math.max(3, longestRun([...lines, ...notes].join('\n')) + 1));
  return {
    'text/plain': [...lines, '', ...notes].join('\n'),
    'text/markdown': `${fence}ts\n${[...lines, ...notes.map(note => `// ${note}`)].join('\n')}\n${fence}`,
  };
}

function typeText({ type, nullable }: Field): string {
  const nulls = nullable ? 'may be NULL' : 'never NULL';
  return 'unit' in type ? `in ${UNITS[type.unit]}, ${nulls}` : nulls;
}

function roles({ time, key }: Pick<PlanSample, 'time' | 'key'>, { name }: Field): string[] {
  return [
    ...(name === time ? ['the event time'] : []),
    ...(key?.includes(name) === true ? ['of the key'] : []),
  ];
}

function originText(of: string | null, { sources }: Pick<PlanSample, 'sources'>): string {
  const from = sources.map(({ name, connector, path }) =>
    path !== null && !path.includes('://') ? quoted(path) : `${connector} ${quoted(name)}`,
  );
  const shown = from.slice(0, 3).join(', ') + (from.length > 3 ? ` and ${from.length - 3} more` : '');
  if (of === null) return shown === '' ? '' : `From ${shown}.`;
  return shown === '' ? `From ${of}.` : `From ${of}, which reads ${shown}.`;
}

function valuesText({ rows }: Partial<PlanSample>, at: number, type: DataType): string {
  const values = rows?.columns[at] ?? [];
  if (rows === null || rows === undefined || values.length === 0) return '';
  const isText = type.kind === 'string' || type.kind === 'json';
  const shown = values
    .slice(0, MOST_VALUES)
    .map(value => (value === null ? 'NULL' : isText ? quoted(value) : quoted(value).slice(1, -1)));
  return `${rows.which === 'first' ? 'First' : 'Last'} values: ${shown.join(', ')}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
