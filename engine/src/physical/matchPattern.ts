import { formatDuration } from '../columns/duration.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import type { DataType, TimeUnit } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import { bind } from '../functions/bind.js';
import { canonicalJson } from '../plan/hash.js';
import { afterMatchText, conditionSchema, eventTime, measureSchema } from '../plan/matchPattern.js';
import type { AfterMatch, MatchPatternNode, PatternFunction } from '../plan/nodes/matchPattern.js';
import { labelsOf, leastRows } from '../plan/patternText.js';
import type { Relation } from '../plan/relation.js';
import { comesInOrder } from '../plan/rolling.js';
import { patternStates, type PatternStates } from './patternStates.js';
import type { PhysicalInput, PhysicalOperator } from './physical.js';

/** A value of the rows matched so far. Labels are bits, by their places in the list of labels. */
export interface PhysicalPatternReference {
  readonly fn: PatternFunction;
  readonly labels: number;
  /** Its place among the arguments; null: `count` of rows. */
  readonly arg: number | null;
  readonly offset: number;
  /** The type of its value, which may be NULL while there is no such row. */
  readonly type: DataType;
  readonly nullable: boolean;
}

/** What a row has to hold to have a label: `row`, over the input alone; `match`, over the references and then the arguments. */
export interface PhysicalPatternCondition {
  readonly of: 'row' | 'match';
  readonly expr: BoundExpr;
}

/** Finds rows that follow each other as a pattern says, among rows that come in event order. */
export interface PhysicalMatchPattern {
  readonly labels: readonly string[];
  readonly states: PatternStates;
  /** How many rows each match has at least. */
  readonly leastRows: number;
  /** The columns that rows are kept with. */
  readonly args: readonly BoundExpr[];
  /** The keys' places among the arguments, and the event time's. */
  readonly keys: readonly number[];
  readonly time: { readonly arg: number; readonly unit: TimeUnit } | null;
  /** By label; null: any row. */
  readonly conditions: readonly (PhysicalPatternCondition | null)[];
  readonly references: readonly PhysicalPatternReference[];
  /** Over the references, in their order. */
  readonly measures: readonly BoundExpr[];
  readonly withinUs: number | null;
  readonly afterMatch: AfterMatch;
}

/** The operators of a pattern node; gives where its rows come from. */
export function planMatchPattern(
  node: MatchPatternNode,
  input: Relation,
  output: Schema,
  sequence: string | null,
  at: PhysicalInput,
  add: (operator: PhysicalOperator, ...inputs: readonly PhysicalInput[]) => PhysicalInput,
): PhysicalInput {
  const { schema } = input;
  const field = eventTime(input);
  const time = field?.type.kind === 'timestamp' ? { column: field.name, unit: field.type.unit } : null;
  const ordered =
    time === null || comesInOrder(node.input)
      ? at
      : add({ op: 'reorder', input: schema, output: schema, time, sequence }, at);
  return add({ op: 'matchPattern', input: schema, output, ...physical(node, schema, time) }, ordered);
}

function physical(
  node: MatchPatternNode,
  schema: Schema,
  time: { readonly column: string; readonly unit: TimeUnit } | null,
): PhysicalMatchPattern {
  const { pattern, define, references, measures, withinUs, afterMatch } = node;
  const labels = labelsOf(pattern);
  const args: BoundExpr[] = [];
  const places = new Map<string, number>();
  const argument = (expr: Expr): number => {
    const bound = bind(expr, schema);
    const key = canonicalJson(bound);
    const known = places.get(key) ?? args.push(bound) - 1;
    places.set(key, known);
    return known;
  };
  const named = (name: string): number => argument({ kind: 'column', name });
  const fields = measureSchema(node, schema);
  const seen = conditionSchema(node, schema);
  /** A condition's columns by their places: the references, and then the arguments. */
  const moved = (expr: BoundExpr): BoundExpr => {
    if (expr.kind === 'call') return { ...expr, args: expr.args.map(moved) };
    if (expr.kind === 'literal' || expr.index < references.length) return expr;
    return { ...expr, index: references.length + named(expr.name) };
  };
  return {
    labels,
    states: patternStates(pattern, labels),
    leastRows: leastRows(pattern, () => true),
    keys: node.keys.map(named),
    time: time === null ? null : { arg: named(time.column), unit: time.unit },
    references: references.map(({ name, fn, labels: of, arg, offset }) => ({
      fn,
      labels: (of ?? labels).reduce((bits, label) => bits | (1 << labels.indexOf(label)), 0),
      arg: arg === null ? null : argument(arg),
      offset,
      type: fields.fields[fieldIndex(fields, name)].type,
      nullable: fields.fields[fieldIndex(fields, name)].nullable,
    })),
    conditions: labels.map((label): PhysicalPatternCondition | null => {
      const found = define.find(each => each.label === label);
      if (found === undefined) return null;
      const bound = bind(found.condition, seen);
      return readsReference(bound, references.length)
        ? { of: 'match', expr: moved(bound) }
        : { of: 'row', expr: bind(found.condition, schema) };
    }),
    measures: measures.map(({ expr }) => bind(expr, fields)),
    withinUs,
    afterMatch,
    args,
  };
}

function readsReference(expr: BoundExpr, count: number): boolean {
  if (expr.kind === 'column') return expr.index < count;
  return expr.kind === 'call' && expr.args.some(arg => readsReference(arg, count));
}

/** A pattern's operator in one line: its machine, and what is asked of rows before the current one. */
export function matchOperatorText(operator: PhysicalMatchPattern): string {
  const { labels, states, keys, args, conditions, withinUs, afterMatch } = operator;
  const by = keys.map(at => boundName(args[at])).join(', ') || '()';
  const of = (which: 'row' | 'match'): string =>
    labels.filter((_, at) => conditions[at]?.of === which).join(', ');
  const [alone, before] = [of('row'), of('match')];
  const asks = [
    ...(alone === '' ? [] : [`${alone} by the row alone`]),
    ...(before === '' ? [] : [`${before} by rows before it`]),
  ];
  const within = withinUs === null ? '' : `, within ${formatDuration(withinUs)}`;
  const tests = asks.length === 0 ? '' : `, ${asks.join(', ')}`;
  return `match pattern by ${by} (${states.first.length - 1} states${tests})${within}, ${afterMatchText(afterMatch)}`;
}

function boundName(expr: BoundExpr): string {
  return expr.kind === 'column' ? expr.name : '?';
}
