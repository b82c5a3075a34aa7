import { FLOAT64, INT64, STRING, type DataType } from '../../engine/src/columns/types.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import type {
  MatchPatternNode,
  PatternReference,
  PatternTerm,
} from '../../engine/src/plan/nodes/matchPattern.js';
import { labelsOf, leastRows } from '../../engine/src/plan/patternText.js';
import { SOURCE, type HistoryRow } from './histories.js';
import type { Labelled, Measure, Truth } from './patternOracle.js';
import type { Random } from './random.js';

const LABELS = ['A', 'B', 'C', 'D'];
const column = (name: string): Expr => ({ kind: 'column', name });
const literal = (type: DataType, value: string | number): Expr => ({ kind: 'literal', type, value });
const call = (fn: string, ...args: readonly Expr[]): Expr => ({ kind: 'call', fn, args });

/** A random pattern that takes a row at least. */
export function makePattern(random: Random): PatternTerm {
  for (;;) {
    const pattern = term(random, 3);
    if (leastRows(pattern, () => true) > 0) return pattern;
  }
}

function term(random: Random, depth: number): PatternTerm {
  const kind =
    depth === 0
      ? 'label'
      : random.pick(['label', 'sequence', 'sequence', 'either', 'repeat', 'repeat', 'permute']);
  const parts = (): PatternTerm[] =>
    Array.from({ length: 2 + random.below(2) }, () => term(random, depth - 1));
  switch (kind) {
    case 'sequence':
      return { kind, parts: parts() };
    case 'either':
      return { kind, options: parts() };
    case 'permute':
      return random.chance(0.3) ? { kind, parts: parts() } : { kind: 'sequence', parts: parts() };
    case 'repeat': {
      const least = random.below(3);
      const most = random.chance(0.5) ? null : Math.max(1, least + random.below(3));
      return { kind, part: term(random, depth - 1), least, most, reluctant: random.chance(0.3) };
    }
    default:
      return { kind: 'label', label: random.pick(LABELS) };
  }
}

/** The values that definitions and measures read, and how the oracle computes them. */
class References {
  readonly list: PatternReference[] = [];

  constructor(
    readonly random: Random,
    readonly labels: readonly string[],
  ) {}

  /** A value that a number can be compared with. */
  number(): { readonly expr: Expr; readonly of: Measure } {
    const { random } = this;
    const fn = random.pick(['first', 'last', 'last', 'count', 'sum', 'avg', 'min', 'max'] as const);
    const arg = random.pick(['size', 'size', 'price']);
    return this.make(fn, fn === 'count' && random.chance(0.5) ? null : arg);
  }

  make(fn: PatternReference['fn'], arg: string | null): { readonly expr: Expr; readonly of: Measure } {
    const { random } = this;
    const labels = random.chance(0.2)
      ? null
      : random.chance(0.2)
        ? [random.pick(this.labels), random.pick(this.labels)]
        : [random.pick(this.labels)];
    const offset = (fn === 'first' || fn === 'last') && random.chance(0.4) ? 1 + random.below(2) : 0;
    const name = `r${this.list.length}`;
    this.list.push({ name, fn, labels, arg: arg === null ? null : column(arg), offset });
    const rowsOf = (path: readonly Labelled[]): HistoryRow[] =>
      path.filter(({ label }) => labels === null || labels.includes(label)).map(({ row }) => row);
    return { expr: column(name), of: path => valueOf(fn, arg, offset, rowsOf(path)) };
  }
}

function valueOf(
  fn: PatternReference['fn'],
  arg: string | null,
  offset: number,
  rows: readonly HistoryRow[],
): Value {
  if (fn === 'first' || fn === 'last') {
    const row = rows.at(fn === 'first' ? offset : -1 - offset);
    return row === undefined ? null : row[arg as keyof HistoryRow];
  }
  const values = rows
    .map(row => (arg === null ? 0 : row[arg as keyof HistoryRow]))
    .filter(value => value !== null);
  if (fn === 'count') return BigInt(values.length);
  if (values.length === 0) return null;
  if (fn === 'min' || fn === 'max') {
    return values.reduce((best, value) => {
      const order = compare(value, best);
      return (fn === 'min' ? order < 0 : order > 0) ? value : best;
    });
  }
  if (typeof values[0] === 'bigint') {
    const sum = (values as bigint[]).reduce((total, value) => total + value);
    return fn === 'sum' ? sum : Number(sum) / values.length;
  }
  const sum = (values as number[]).reduce((total, value) => total + value, 0);
  return fn === 'sum' ? sum : sum / values.length;
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b as string, 'utf8'));
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

interface Condition {
  readonly condition: Expr;
  readonly truth: Truth;
}

const current = (path: readonly Labelled[]): HistoryRow => path[path.length - 1].row;

/** A condition of the row alone. */
function ofRow(random: Random): Condition {
  switch (random.below(4)) {
    case 0: {
      const least = random.below(50);
      return {
        condition: call('ge', column('size'), literal(INT64, String(least))),
        truth: path => current(path).size >= BigInt(least),
      };
    }
    case 1: {
      const most = random.below(200) - 100;
      return {
        condition: call('lt', column('price'), literal(FLOAT64, most)),
        truth: path => {
          const { price } = current(path);
          return price !== null && price < most;
        },
      };
    }
    case 2:
      return {
        condition: call(
          'or',
          call('eq', column('symbol'), literal(STRING, 'a')),
          call('isNull', column('level')),
        ),
        truth: path => current(path).symbol === 'a' || current(path).level === null,
      };
    default: {
      const most = random.below(40);
      return {
        condition: call('le', column('size'), literal(INT64, String(most))),
        truth: path => current(path).size <= BigInt(most),
      };
    }
  }
}

/** A condition that compares the row with others of the match. */
function ofMatch(random: Random, references: References): Condition {
  if (random.chance(0.15)) {
    const { expr, of } = references.make('last', 'symbol');
    return {
      condition: call('eq', expr, literal(STRING, 'a')),
      truth: path => of(path) === 'a',
    };
  }
  if (random.chance(0.15)) {
    const { expr, of } = references.make('count', null);
    const most = 1 + random.below(4);
    return {
      condition: call('le', expr, literal(INT64, String(most))),
      truth: path => (of(path) as bigint) <= BigInt(most),
    };
  }
  const { expr, of } = references.number();
  const name = random.pick(['size', 'price'] as const);
  const less = random.chance(0.5);
  const orNone = random.chance(0.5);
  const compared = call(less ? 'lt' : 'ge', column(name), expr);
  return {
    condition: orNone ? call('or', compared, call('isNull', expr)) : compared,
    truth: path => {
      const [own, other] = [current(path)[name], of(path)];
      if (other === null) return orNone;
      if (own === null) return false;
      const exact = typeof own === typeof other;
      const [x, y] = exact ? [own, other as typeof own] : [Number(own), Number(other)];
      return less ? x < y : x >= y;
    },
  };
}

/** A random pattern node over histories, with what its conditions and measures mean. */
export function makeMatch(random: Random): {
  readonly node: MatchPatternNode;
  readonly truths: ReadonlyMap<string, Truth>;
  readonly measures: readonly Measure[];
} {
  const pattern = makePattern(random);
  const labels = labelsOf(pattern);
  const references = new References(random, labels);
  const asks = random.chance(0.6);
  const conditions = labels.flatMap(label => {
    if (random.chance(0.15)) return [];
    return [{ label, ...(asks && random.chance(0.5) ? ofMatch(random, references) : ofRow(random)) }];
  });
  const measures = Array.from({ length: random.below(4) }, () =>
    random.chance(0.2)
      ? references.make(random.pick(['first', 'last', 'max']), 'symbol')
      : references.number(),
  );
  const afterMatch = random.pick(['pastLastRow', 'pastLastRow', 'nextRow', 'first', 'last'] as const);
  return {
    node: {
      kind: 'matchPattern',
      input: SOURCE,
      keys: random.pick([[], ['symbol'], ['symbol', 'level']]),
      pattern,
      define: conditions.map(({ label, condition }) => ({ label, condition })),
      references: references.list,
      measures: measures.map(({ expr }, at) => ({ name: `m${at}`, expr })),
      withinUs: random.chance(0.4) ? random.pick([1, 3, 10, 40]) : null,
      afterMatch:
        afterMatch === 'first' || afterMatch === 'last'
          ? { to: afterMatch, label: random.pick(labels) }
          : { to: afterMatch },
    },
    truths: new Map(conditions.map(({ label, truth }) => [label, truth])),
    measures: measures.map(({ of }) => of),
  };
}
