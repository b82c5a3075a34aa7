import { formatDuration } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { nearestNames } from '../columns/nearestNames.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { INT64, isNumeric, typeName, type Field } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import { exprText } from '../expr/text.js';
import { resolveAggregate } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import type { AfterMatch, MatchPatternNode, PatternReference } from './nodes/matchPattern.js';
import { labelsOf, leastRows, patternText } from './patternText.js';
import type { Relation } from './relation.js';

/** The event time of a match: that of its last row. */
export const MATCH_TIME = 'matchTime';
/** Labels are bits of a row. */
const MOST_LABELS = 30;

/** What matches are: the keys, the measures, and the time of the last row where rows have one. */
export function bindMatchPattern(
  node: MatchPatternNode,
  input: Relation,
  requireColumn: (name: string) => Field,
  requireBoolean: (expr: BoundExpr, what: string) => void,
): Relation {
  const { schema } = input;
  if (input.mode === 'retract') {
    throw new MillraceError(
      'MR2191',
      'matchPattern() needs rows that only come, and the rows of this table change.',
      'Match its final rows: .final().matchPattern(…).',
    );
  }
  requireLabels(node);
  if (leastRows(node.pattern, () => true) === 0) {
    throw new MillraceError(
      'MR2193',
      `the pattern '${patternText(node.pattern)}' also matches no row at all.`,
      'Let one label at least come once: A+ in the place of A*.',
    );
  }
  const time = eventTime(input);
  if (node.withinUs !== null && time === null) {
    throw new MillraceError(
      'MR2194',
      'within needs an event-time column, and the rows have none.',
      "Declare one at the source: { time: 'ts' }.",
    );
  }
  const keys = node.keys.map(requireColumn);
  const conditions = conditionSchema(node, schema);
  for (const { label, condition } of node.define)
    requireBoolean(bind(condition, conditions), `the definition of ${label}`);
  const references = measureSchema(node, schema);
  const measures = node.measures.map(({ name, expr }): Field => {
    const { type, nullable } = bind(expr, references);
    return { name, type, nullable };
  });
  const fields = [
    ...keys,
    ...measures,
    ...(time === null ? [] : [{ ...time, name: MATCH_TIME, nullable: false }]),
  ];
  requireUnique(fields);
  return { schema: { fields }, time: time === null ? null : MATCH_TIME, mode: 'append', key: null };
}

/** The event-time column of the rows, where they have one. */
export function eventTime({ schema, time }: Pick<Relation, 'schema' | 'time'>): Field | null {
  if (time === null) return null;
  const field = schema.fields[fieldIndex(schema, time)];
  return field.type.kind === 'timestamp' ? field : null;
}

/** What conditions read: the columns of the row, and the references, which may have no row yet. */
export function conditionSchema(node: MatchPatternNode, input: Schema): Schema {
  const references = node.references.map(reference => {
    const field = referenceField(reference, input);
    return reference.fn === 'count' ? field : { ...field, nullable: true };
  });
  const fields = [...references, ...input.fields];
  requireUnique(fields);
  return { fields };
}

/** What measures read: the references at the last row of a match. */
export function measureSchema(node: MatchPatternNode, input: Schema): Schema {
  const fields = node.references.map((reference): Field => {
    const { labels, offset, fn } = reference;
    const field = referenceField(reference, input);
    const least = leastRows(node.pattern, label => labels === null || labels.includes(label));
    return fn === 'count' ? field : { ...field, nullable: field.nullable || least <= offset };
  });
  return { fields };
}

function referenceField({ name, fn, arg }: PatternReference, input: Schema): Field {
  const bound = arg === null ? null : bind(arg, input);
  if (fn === 'count' || bound === null) return { name, type: INT64, nullable: false };
  if (fn !== 'sum' && fn !== 'avg') return { name, type: bound.type, nullable: bound.nullable };
  if (!isNumeric(bound.type)) {
    throw new MillraceError(
      'MR2195',
      `${fn}() in a pattern adds numbers, and ${exprText(arg!)} is a ${typeName(bound.type)}.`,
      'Cast it first, e.g. .cast(float64).',
    );
  }
  const { type, nullable } = resolveAggregate({ fn, where: null, options: {} }, [bound]);
  return { name, type, nullable: nullable || bound.nullable };
}

function requireLabels({ pattern, define, references, afterMatch }: MatchPatternNode): void {
  const labels = labelsOf(pattern);
  if (labels.length > MOST_LABELS) {
    throw new MillraceError(
      'MR2196',
      `the pattern has ${labels.length} labels, and ${MOST_LABELS} are the most.`,
      'Give rows with the same definition one label.',
    );
  }
  const named: [string, string][] = [
    ...define.map(({ label }): [string, string] => [label, 'define']),
    ...references.flatMap(({ name, labels: of }) =>
      (of ?? []).map((label): [string, string] => [label, name]),
    ),
    ...('label' in afterMatch ? [[afterMatch.label, 'afterMatch'] satisfies [string, string]] : []),
  ];
  for (const [label, where] of named) {
    if (labels.includes(label)) continue;
    const near = nearestNames(label, labels).map(name => `'${name}'`);
    throw new MillraceError(
      'MR2192',
      `${where} names the label '${label}', which is not in the pattern '${patternText(pattern)}'.`,
      `Did you mean ${near.join(', ')}?`,
    );
  }
}

function requireUnique(fields: readonly Field[]): void {
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new MillraceError(
    'MR2102',
    `two columns are called '${twice}'.`,
    twice === MATCH_TIME
      ? `'${MATCH_TIME}' is the event time of a match: give the measure another name.`
      : 'Give one of them another name.',
  );
}

/** A pattern node in one line. */
export function matchPatternText(node: MatchPatternNode): string {
  const { keys, pattern, define, measures, withinUs, afterMatch } = node;
  const by = keys.length === 0 ? '' : ` by ${keys.join(', ')}`;
  const where = define.map(({ label, condition }) => `${label} as ${exprText(condition)}`);
  const within = withinUs === null ? '' : ` within ${formatDuration(withinUs)}`;
  const made = measures.map(({ name, expr }) => `${name} = ${exprText(expr)}`);
  return (
    `match${by} (${patternText(pattern)})${within}${where.length === 0 ? '' : ` where ${where.join(', ')}`}, ` +
    `${afterMatchText(afterMatch)}: ${made.join(', ')}`
  );
}

/** Where matching goes on, as a person reads it. */
export function afterMatchText(afterMatch: AfterMatch): string {
  switch (afterMatch.to) {
    case 'pastLastRow':
      return 'skip past last row';
    case 'nextRow':
      return 'skip to next row';
    default:
      return `skip to ${afterMatch.to} ${afterMatch.label}`;
  }
}
