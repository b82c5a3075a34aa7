import type { Schema } from '../columns/schema.js';
import type { BoundExpr } from '../expr/bound.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { conditionSchema, MATCH_TIME, measureSchema } from '../plan/matchPattern.js';
import type {
  AfterMatch,
  MatchPatternNode,
  PatternReference,
  PatternTerm,
} from '../plan/nodes/matchPattern.js';
import { patternText } from '../plan/patternText.js';
import { sqlInterval } from '../windows/define.js';
import { wholeMilliseconds } from './flinkTables.js';
import { FLINK, flinkName } from './flinkText.js';
import { scalarText, type Dialect } from './scalar.js';

/** What a pattern is printed over. */
export interface FlinkMatched {
  readonly from: string;
  readonly schema: Schema;
  /** The event time's column, and the one that Flink orders rows by, where its own cannot be it; null where rows have none. */
  readonly time: { readonly name: string; readonly rowtime: string } | null;
  /** The hidden column that carries Flink's event time on; null where `matchTime` is it. */
  readonly hidden: string | null;
  readonly cannot: (why: string) => void;
  readonly differs: (why: string) => void;
}

/** A pattern as MATCH_RECOGNIZE. */
export function matchRecognize(node: MatchPatternNode, input: FlinkMatched): string {
  const { time, cannot } = input;
  if (time === null) cannot('MATCH_RECOGNIZE goes by event time in Flink, and the rows have none');
  checkPattern(node.pattern, cannot);
  input.differs('a row that fits a greedy label is taken for it in Flink, even where the match then fails');
  const printed = new ReferencePrinter(node, input);
  const conditions = conditionSchema(node, input.schema);
  const measured = measureSchema(node, input.schema);
  const measures = node.measures.map(
    ({ name, expr }) => `${printed.text(bind(expr, measured), null)} AS ${flinkName(name)}`,
  );
  if (time !== null && input.hidden === null) measures.push(`MATCH_ROWTIME() AS ${flinkName(MATCH_TIME)}`);
  if (time !== null && input.hidden !== null)
    measures.push(
      `LAST(${flinkName(time.name)}) AS ${flinkName(MATCH_TIME)}`,
      `MATCH_ROWTIME() AS ${flinkName(input.hidden)}`,
    );
  const define = node.define.map(
    ({ label, condition }) => `${flinkName(label)} AS ${printed.text(bind(condition, conditions), label)}`,
  );
  const by = node.keys.length === 0 ? '' : `PARTITION BY ${node.keys.map(flinkName).join(', ')}\n    `;
  return (
    `SELECT * FROM ${input.from} MATCH_RECOGNIZE (\n    ${by}ORDER BY ${flinkName(time?.rowtime ?? 'PROCTIME')}\n    ` +
    `MEASURES ${measures.join(', ')}\n    ONE ROW PER MATCH\n    AFTER MATCH ${skipText(node.afterMatch)}\n    ` +
    `PATTERN (${quoted(node.pattern)})${withinText(node.withinUs, cannot)}\n    ` +
    `DEFINE ${define.length === 0 ? `${flinkName(firstLabel(node.pattern))} AS TRUE` : define.join(', ')}\n  )`
  );
}

function withinText(us: number | null, cannot: (why: string) => void): string {
  if (us === null) return '';
  const why = wholeMilliseconds(us);
  if (why !== null) cannot(why);
  return ` WITHIN ${sqlInterval(us)}`;
}

function skipText(after: AfterMatch): string {
  if (after.to === 'pastLastRow') return 'SKIP PAST LAST ROW';
  if (after.to === 'nextRow') return 'SKIP TO NEXT ROW';
  return `SKIP TO ${after.to.toUpperCase()} ${flinkName(after.label)}`;
}

function quoted(pattern: PatternTerm): string {
  if (pattern.kind === 'label') return flinkName(pattern.label);
  if (pattern.kind === 'sequence') return pattern.parts.map(quoted).join(' ');
  if (pattern.kind === 'repeat' && pattern.part.kind === 'label')
    return patternText(pattern).replace(pattern.part.label, flinkName(pattern.part.label));
  return patternText(pattern);
}

function firstLabel(pattern: PatternTerm): string {
  if (pattern.kind === 'label') return pattern.label;
  if (pattern.kind === 'repeat') return firstLabel(pattern.part);
  return firstLabel(pattern.kind === 'either' ? pattern.options[0] : pattern.parts[0]);
}

/** Flink's patterns are labels in a row, each with a quantifier; the last of them is not greedy. */
function checkPattern(pattern: PatternTerm, cannot: (why: string) => void): void {
  const parts = flat(pattern);
  const labels = parts.map(part => (part.kind === 'repeat' ? part.part : part));
  if (labels.some(part => part.kind !== 'label'))
    cannot('groups, alternatives and PERMUTE have no counterpart in Flink');
  const names = labels.map(part => (part.kind === 'label' ? part.label : ''));
  if (new Set(names).size < names.length) cannot('a label is once in a pattern in Flink');
  const last = parts[parts.length - 1];
  if (last.kind === 'repeat' && !last.reluctant && last.least !== last.most)
    cannot('the last label of a pattern cannot be greedy in Flink');
}

function flat(pattern: PatternTerm): readonly PatternTerm[] {
  return pattern.kind === 'sequence' ? pattern.parts.flatMap(flat) : [pattern];
}

/** Prints expressions in which references are columns. */
class ReferencePrinter {
  readonly #references: ReadonlyMap<string, PatternReference>;

  constructor(
    node: MatchPatternNode,
    private readonly input: FlinkMatched,
  ) {
    this.#references = new Map(node.references.map(reference => [reference.name, reference]));
  }

  /** @param label whose definition it is; a column of the row is one of that label's rows there */
  text(expr: BoundExpr, label: string | null): string {
    return scalarText(
      expr,
      this.#dialect(name => {
        const reference = this.#references.get(name);
        return reference === undefined ? column(label, name) : this.#reference(reference);
      }),
      this.input.cannot,
    );
  }

  #dialect(of: (name: string) => string): Dialect {
    return { ...FLINK, column: of };
  }

  #reference({ fn, labels, arg, offset }: PatternReference): string {
    const { input } = this;
    if (labels !== null && labels.length > 1)
      input.cannot('a value of several labels has no counterpart in Flink');
    const label = labels?.[0] ?? null;
    // Rows are counted by their event time, which is never NULL.
    const counted = column(label, input.time?.name ?? '');
    const bound = arg === null ? null : bind(arg, input.schema);
    const text =
      bound === null
        ? counted
        : scalarText(
            bound,
            this.#dialect(name => column(label, name)),
            input.cannot,
          );
    if (fn === 'first' || fn === 'last') {
      if (bound?.nullable === false && offset > 0)
        input.differs(
          'of a column that is never NULL, Flink takes the value of a row that is not there for not NULL',
        );
      return `${fn.toUpperCase()}(${text}, ${offset})`;
    }
    if (bound === null) return `COUNT(${text})`;
    const aggregate = aggregateOf(fn).sql([text], { args: [bound], options: {} });
    if (aggregate === null) input.cannot(`${fn}() has no counterpart in Flink`);
    return aggregate ?? 'NULL';
  }
}

function column(label: string | null, name: string): string {
  return label === null ? flinkName(name) : `${flinkName(label)}.${flinkName(name)}`;
}
