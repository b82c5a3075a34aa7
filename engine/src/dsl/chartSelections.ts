import type { ChartSelection, InputSpec, SelectionField, VegaLiteSpec } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { fieldIndex } from '../columns/schema.js';
import type { DataType } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { bindPlan, sourceRelationOf } from '../plan/bind.js';
import { inputLiterals, selectionNames, selectionSlots } from '../plan/inputLiteral.js';
import type { PlanNode } from '../plan/plan.js';
import { nameOfValue } from '../session/client.js';
import { inputValue, isInputName, makeInput, type ClientInput } from '../session/clientInputs.js';
import type { BoolExpr } from './expressions.js';
import { ExprValue } from './exprValue.js';
import { foundSelections, type FoundSelection } from './selectionsOfSpec.js';

type Spec = Extract<InputSpec, { kind: 'selection' }>;

/** A condition on the rows of whatever has a selection's columns. */
export type SelectionCondition<Columns> = (columns: Columns) => BoolExpr<boolean | null>;

/** Charts whose selections have no name of the user's. */
let numbered = 0;

/** The selections of one chart, as inputs of the session. They are made known when the chart is shown, or one of them is used. */
export class ChartSelections {
  readonly #found: readonly FoundSelection[];
  readonly #made = new Map<string, { readonly input: ClientInput; readonly spec: Spec }>();
  #prefix: string | null = null;

  constructor(
    readonly owner: string | null,
    /** The chart, which may have a name. */
    readonly chart: object,
    spec: VegaLiteSpec,
    readonly plans: readonly PlanNode[],
  ) {
    this.#found = foundSelections(spec);
  }

  /** A condition that holds for the rows that are selected: for all of them where nothing is. */
  condition(param: string): SelectionCondition<Readonly<Record<string, ExprValue>>> {
    const found = this.#found.find(({ name }) => name === param);
    if (found === undefined) {
      const names = this.#found.map(({ name }) => `'${name}'`).slice(0, 5);
      throw new MillraceError(
        'MR8310',
        `the chart has no selection '${String(param).slice(0, 80)}'.`,
        names.length === 0
          ? "Give it one: params: [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }]."
          : `It has ${names.join(', ')}.`,
      );
    }
    const { input, spec } = this.#make(found);
    return columns =>
      new ExprValue(conditionOf(input.name, spec, columns)) as unknown as BoolExpr<boolean | null>;
  }

  /** What a front end needs to know of the selections. Those of a chart without a name that nothing uses are its own affair. */
  shown(): ChartSelection[] {
    const isNamed = nameOfValue(this.chart) !== null;
    for (const found of this.#found) {
      if (isNamed && !this.#made.has(found.name) && typeof found.fields !== 'string') {
        // A selection whose columns are not known well enough is told where it is used.
        if (this.#specOf(found).spec !== null) this.#make(found);
      }
    }
    return Array.from(this.#made, ([param, { input, spec }]) => {
      return { param, input: input.name, spec, ...this.#channelsOf(param), value: inputValue(input) };
    });
  }

  #channelsOf(param: string): Pick<ChartSelection, 'channels'> {
    const fields = this.#found.find(({ name, mode }) => name === param && mode === 'interval')?.fields;
    const channels = Array.isArray(fields)
      ? (fields as { readonly channel: string | null }[]).map(({ channel }) => channel)
      : [];
    return channels.every(channel => channel !== null) && channels.length > 0 ? { channels } : {};
  }

  #make(found: FoundSelection): { readonly input: ClientInput; readonly spec: Spec } {
    const known = this.#made.get(found.name);
    if (known !== undefined) return known;
    const { spec, problem } = this.#specOf(found);
    if (spec === null) {
      throw new MillraceError(
        'MR8311',
        `rows cannot be filtered by the selection '${found.name}': ${problem.why}.`,
        problem.instead,
      );
    }
    this.#prefix ??= nameOfValue(this.chart) ?? freeName();
    const made = { input: makeInput(`${this.#prefix}.${found.name}`, spec, this.owner), spec };
    this.#made.set(found.name, made);
    return made;
  }

  #specOf(
    found: FoundSelection,
  ):
    | { readonly spec: Spec; readonly problem: null }
    | { readonly spec: null; readonly problem: { readonly why: string; readonly instead: string } } {
    if (typeof found.fields === 'string')
      return { spec: null, problem: { why: found.fields, instead: SAY_FIELDS } };
    const fields: SelectionField[] = [];
    for (const { column, measure, way } of found.fields) {
      const kind = kindOf(typeOf(this.plans[found.table] ?? this.plans[0], column), measure);
      if (kind === null) {
        const why = `the type of its column '${column}' is not known here`;
        return {
          spec: null,
          problem: { why, instead: `Say it in the chart: { field: '${column}', type: 'temporal' }.` },
        };
      }
      fields.push({ column, kind, way: kind === 'text' ? 'values' : way });
    }
    return { spec: { kind: 'selection', label: null, mode: found.mode, fields, value: '' }, problem: null };
  }
}

const SAY_FIELDS =
  "Say by which columns: select: { type: 'interval', encodings: ['x'] }, or { type: 'point', fields: ['symbol'] }.";

function freeName(): string {
  let name = `chart${++numbered}`;
  while (isInputName(name)) name = `chart${++numbered}`;
  return name;
}

/** The type of a plan's column, where it can be told without looking at what its sources have; undefined: it cannot, or there is none. */
function typeOf(plan: PlanNode, column: string): DataType | undefined {
  try {
    const relations = bindPlan(plan, source => sourceRelationOf(source, source.fields ?? []));
    const { schema } = relations.get(plan)!;
    return schema.fields.at(fieldIndex(schema, column))?.type;
  } catch {
    return undefined;
  }
}

function kindOf(type: DataType | undefined, measure: string | null): SelectionField['kind'] | null {
  switch (type?.kind) {
    case undefined:
      break;
    case 'int32':
    case 'int64':
    case 'float64':
    case 'decimal':
      return 'number';
    case 'timestamp':
    case 'date':
      return 'time';
    case 'string':
    case 'boolean':
      return 'text';
    case 'duration':
    case 'json':
      return null;
  }
  if (measure === 'temporal') return 'time';
  if (measure === 'quantitative') return 'number';
  return measure === 'nominal' || measure === 'ordinal' ? 'text' : null;
}

/** `not selected, or within all of its ranges`; a row whose column is NULL is in none. */
function conditionOf(name: string, spec: Spec, columns: Readonly<Record<string, ExprValue>>): Expr {
  const literals = new Map(
    inputLiterals(name, spec, spec.value).map(literal => [literal.parameter, literal]),
  );
  const columnOf = ({ column, kind }: SelectionField): Expr => {
    const { expr } = columns[column];
    // Of texts alone it is not known whether they are no truth values or numbers that are drawn as names.
    return kind === 'text'
      ? call('tryCast', expr, { kind: 'literal', type: { kind: 'string' }, value: 'string' })
      : expr;
  };
  const valuesOf = ({ column, way }: SelectionField): Expr[] =>
    Array.from({ length: selectionSlots(spec, way) }, (_, at) =>
      literals.get(selectionNames.of(name, column, at))!,
    );
  const on = literals.get(selectionNames.on(name))!;
  const tests =
    spec.mode === 'interval' || spec.fields.length === 1
      ? spec.fields.map(field =>
          call(
            spec.mode === 'interval' && field.way === 'range' ? 'between' : 'isIn',
            columnOf(field),
            ...valuesOf(field),
          ),
        )
      : [anyPoint(spec.fields.map(field => ({ column: columnOf(field), values: valuesOf(field) })))];
  return call(
    'or',
    call('not', on),
    tests.reduce((all, test) => call('and', all, test)),
  );
}

function anyPoint(fields: readonly { readonly column: Expr; readonly values: readonly Expr[] }[]): Expr {
  const points = fields[0].values.map((_, at) =>
    fields
      .map(({ column, values }) => call('eq', column, values[at]))
      .reduce((all, test) => call('and', all, test)),
  );
  return points.reduce((all, test) => call('or', all, test));
}

function call(fn: string, ...args: readonly Expr[]): Expr {
  return { kind: 'call', fn, args };
}
