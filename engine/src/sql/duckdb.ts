import { fieldIndex } from '../columns/schema.js';
import type { Expr } from '../expr/ast.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { sqlString } from '../functions/scalar/sql.js';
import { projectColumns } from '../plan/bind.js';
import { planNodes } from '../plan/children.js';
import { passedAs } from '../plan/passed.js';
import { planFill } from '../plan/fill.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { RollingNode } from '../plan/nodes/rolling.js';
import type { SetOperationNode } from '../plan/nodes/setOperation.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { SortKey } from '../plan/nodes/topN.js';
import type { UnionAllNode } from '../plan/nodes/unionAll.js';
import type { UnpivotNode } from '../plan/nodes/unpivot.js';
import type { UpsertNode } from '../plan/nodes/upsert.js';
import type { PlanNode, PlanVisitor } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { unpivotValues } from '../plan/tables.js';
import { unionColumns } from '../plan/unionAll.js';
import type { FillSpec } from '../windows/emission.js';
import { bindWindow } from '../windows/registry.js';
import { distinctArguments, guardedArguments } from './aggregateCall.js';
import { deduplicated, upserted } from './duckdbChangelog.js';
import { asOfQuery } from './duckdbAsOf.js';
import { filledWindows } from './duckdbFill.js';
import { joinedRows, setOperationRows } from './duckdbJoins.js';
import { joinedPairs, joinedWindows } from './duckdbIntervals.js';
import { lastMark } from './duckdbMarks.js';
import { rankedRows, sortedRows, topRows } from './duckdbOrder.js';
import { DUCKDB, duckdbName } from './duckdbText.js';
import { rolledColumn } from './duckdbRolling.js';
import { windowRows } from './duckdbWindows.js';
import { scalarText } from './scalar.js';
import type { Cannot } from './cannot.js';

/** A plan in DuckDB's SQL. */
export interface DuckdbSql {
  /** One statement; where something cannot be said, it is not that of the plan. */
  readonly sql: string;
  /** What has no counterpart, node by node; empty where the statement means what the plan means. */
  readonly cannot: readonly Cannot[];
}

/** What is known of a node's common table expression. */
interface Said {
  readonly name: string;
  /** The column that orders rows of one event time. */
  readonly sequence: string | null;
  /** How far its watermark comes before its end, in microseconds, as a query of one value; null: that is not known. */
  readonly mark: string | null;
}

/** The column that numbers rows in order of arrival: hidden, and carried along. */
export const ARRIVAL = '#arrival';
const arrival = duckdbName(ARRIVAL);

/**
 * Prints a plan for DuckDB: a common table expression a node. Each source is a table with the source's columns and the number
 * of each row in order of arrival (`ARRIVAL`). The statement gives what the plan gives of its whole input where no row is late.
 */
export function duckdbSql(
  root: PlanNode,
  relations: ReadonlyMap<PlanNode, Relation>,
  tableOf: (source: SourceNode) => string,
): DuckdbSql {
  const cannot: Cannot[] = [];
  const said = new Map<PlanNode, Said>();
  const parts: string[] = [];
  for (const node of planNodes(root)) {
    const name = duckdbName(`node${said.size}`);
    const printer = new NodePrinter(node, relations, said, tableOf, why => cannot.push({ node, why }));
    const { text, sequence, mark } = printer.print();
    parts.push(`${name} AS (${text})`);
    said.set(node, { name, sequence, mark });
  }
  const columns = relations.get(root)!.schema.fields.map(field => duckdbName(field.name));
  const sql = `WITH ${parts.join(',\n')}\nSELECT ${columns.join(', ')} FROM ${said.get(root)!.name} ORDER BY ${arrival}`;
  return { sql, cannot };
}

type Printed = Omit<Said, 'name'> & { readonly text: string };

/** Prints one node over the expressions of its inputs. */
class NodePrinter {
  readonly #relations: ReadonlyMap<PlanNode, Relation>;

  constructor(
    private readonly node: PlanNode,
    relations: ReadonlyMap<PlanNode, Relation>,
    private readonly said: ReadonlyMap<PlanNode, Said>,
    private readonly tableOf: (source: SourceNode) => string,
    private readonly cannot: (why: string) => void,
  ) {
    this.#relations = relations;
  }

  print(): Printed {
    const visitor: Partial<PlanVisitor<Printed>> = {
      source: node => ({
        text: `SELECT ${this.#columns(node)}, ${arrival} FROM ${duckdbName(this.tableOf(node))}`,
        sequence: node.time?.sequence ?? null,
        mark: lastMark(node, this.#schema(node), this.tableOf(node)),
      }),
      asOfJoin: node => {
        const [left, right] = this.#pair(node.inputs);
        const { sequence } = this.#passed(node.inputs[0]);
        return {
          text: asOfQuery(node, left, right, this.cannot),
          sequence,
          mark: this.#common(node.inputs).mark,
        };
      },
      filter: node => ({
        ...this.#passed(node.input),
        text: `SELECT * FROM ${this.#from(node.input)} WHERE ${this.#text(node.predicate, node.input)}`,
      }),
      windowJoin: node => ({
        text: joinedWindows(node, this.#pair(node.inputs), arrival, this.cannot),
        sequence: this.#passed(node.inputs[0]).sequence,
        mark: null,
      }),
      intervalJoin: node => ({
        text: joinedPairs(node, this.#pair(node.inputs), arrival, this.cannot),
        sequence: null,
        mark: null,
      }),
      project: node => {
        const columns = projectColumns(node, this.#schema(node.input));
        const { sequence, mark } = this.#passed(node.input);
        return {
          text: `SELECT ${[...this.#made(columns, node.input), arrival].join(', ')} FROM ${this.#from(node.input)}`,
          sequence: sequence === null ? null : passedAs(columns, sequence),
          mark,
        };
      },
      join: node => ({
        text: joinedRows(node, this.#pair(node.inputs), ARRIVAL, this.cannot),
        sequence: node.bounded ? this.#passed(node.inputs[0]).sequence : null,
        mark: null,
      }),
      setOperation: node => ({
        text: setOperationRows(node, this.#columns(node), this.#together(node), ARRIVAL),
        sequence: null,
        mark: null,
      }),
      aggregate: node => {
        const { mark } = this.#passed(node.input);
        // Bars hold the watermark back by the allowed lateness.
        const held = node.window !== null && bindWindow(node.window).kind === 'bars';
        return { text: this.#aggregate(node), sequence: null, mark: held ? null : mark };
      },
      deduplicate: node => ({
        ...this.#passed(node.input),
        mark: null,
        text: deduplicated(node, this.#keyed(node.input)),
      }),
      upsert: node => ({ text: this.#upsert(node), sequence: null, mark: this.#passed(node.input).mark }),
      rolling: node => ({ ...this.#passed(node.input), text: this.#rolling(node) }),
      rank: node => ({ ...this.#passed(node.input), text: rankedRows(node, this.#keyed(node.input)) }),
      cache: node => ({ ...this.#passed(node.input), text: `SELECT * FROM ${this.#from(node.input)}` }),
      unionAll: node => ({ text: this.#union(node), ...this.#common(node.inputs) }),
      distinct: node => {
        const { sequence, mark } = this.#passed(node.input);
        const kept = this.#schema(node).fields.some(({ name }) => name === sequence);
        return {
          text: `SELECT ${this.#columns(node)}, min(${arrival}) AS ${arrival} FROM ${this.#from(node.input)} GROUP BY ${this.#columns(node)}`,
          sequence: kept ? sequence : null,
          mark,
        };
      },
      sort: node => ({ text: sortedRows(node, this.#keyed(node.input)), sequence: null, mark: null }),
      topN: node => ({
        text: topRows(node, this.#keyed(node.input)),
        sequence: null,
        mark: this.#passed(node.input).mark,
      }),
      unpivot: node => ({ text: this.#unpivot(node), sequence: null, mark: this.#passed(node.input).mark }),
      final: node => ({ ...this.#passed(node.input), text: `SELECT * FROM ${this.#from(node.input)}` }),
      keep: node => {
        const { lastUs, rows, bytes } = node.retention;
        if (lastUs !== null || rows !== null || bytes !== null)
          this.cannot('what a table keeps depends on when it is looked at');
        return { ...this.#passed(node.input), text: `SELECT * FROM ${this.#from(node.input)}` };
      },
    };
    const print = visitor[this.node.kind] as ((node: PlanNode) => Printed) | undefined;
    if (print !== undefined) return print(this.node);
    this.cannot(`${this.node.kind} has no counterpart in DuckDB`);
    return { text: this.#nothing(this.node), sequence: null, mark: null };
  }

  /** A query without rows, in the place of one that cannot be said. */
  #nothing(node: PlanNode): string {
    return `SELECT ${this.#columns(node)}, 0 AS ${arrival} WHERE FALSE`;
  }

  #schema(node: PlanNode) {
    return this.#relations.get(node)!.schema;
  }

  #columns(node: PlanNode): string {
    return this.#schema(node)
      .fields.map(field => duckdbName(field.name))
      .join(', ');
  }

  #from(node: PlanNode): string {
    return this.said.get(node)!.name;
  }

  /** Both sides of a join. */
  #pair([left, right]: readonly [PlanNode, PlanNode]) {
    const side = (node: PlanNode) => ({
      from: this.#from(node),
      relation: this.#relations.get(node)!,
      schema: this.#schema(node),
      order: this.#order(node),
    });
    return [side(left), side(right)] as const;
  }

  /** What is known of a node's rows, for those that pass them on. */
  #passed(node: PlanNode): Pick<Said, 'sequence' | 'mark'> {
    const { sequence, mark } = this.said.get(node)!;
    return { sequence, mark };
  }

  /** What inputs have in common: their sequence, and the lowest of their watermarks. */
  #common(inputs: readonly PlanNode[]): Pick<Said, 'sequence' | 'mark'> {
    const all = inputs.map(input => this.#passed(input));
    const [{ sequence }] = all;
    const marks = all.flatMap(({ mark }) => (mark === null ? [] : [mark]));
    return {
      sequence: all.every(each => each.sequence === sequence) ? sequence : null,
      mark: marks.length < all.length ? null : `least(${marks.join(', ')})`,
    };
  }

  /** Made columns as a list of what is selected. */
  #made(
    columns: readonly { readonly name: string; readonly expr: Expr }[],
    input: PlanNode,
  ): readonly string[] {
    return columns.map(({ name, expr }) => `${this.#text(expr, input)} AS ${duckdbName(name)}`);
  }

  /** The columns that put a node's rows in event order. */
  #order(node: PlanNode): readonly string[] {
    const { time } = this.#relations.get(node)!;
    // A sequence orders rows of one time: without a time they go by arrival alone.
    const names = time === null ? [] : [time, this.#passed(node).sequence];
    return [...names.filter(name => name !== null).map(duckdbName), arrival];
  }

  #rolling(node: RollingNode): string {
    const input = this.#relations.get(node.input)!;
    const rolled = { relation: input, order: this.#order(node.input), cannot: this.cannot };
    const made = new Map(node.columns.map(column => [column.name, rolledColumn(node, column, rolled)]));
    const list = this.#schema(node).fields.map(({ name }) => {
      const text = made.get(name);
      return text === undefined ? duckdbName(name) : `${text} AS ${duckdbName(name)}`;
    });
    const place = `row_number() OVER (ORDER BY ${rolled.order.join(', ')}) AS ${arrival}`;
    return `SELECT ${[...list, place].join(', ')} FROM ${this.#from(node.input)}`;
  }

  #keyed(input: PlanNode) {
    const by = (keys: readonly SortKey[]): readonly string[] => this.#by(keys, input);
    const relation = this.#relations.get(input)!;
    return { from: this.#from(input), relation, arrival, order: this.#order(input), by };
  }

  #upsert(node: UpsertNode): string {
    const { key, deleted, input } = node;
    if (key === null) this.cannot('rows that are taken back by their values are not rows of a query');
    return upserted(
      key ?? [],
      node,
      deleted === null ? null : this.#text(deleted, input),
      this.#keyed(input),
    );
  }

  /** What rows are ordered by: NULL comes last either way. */
  #by(keys: readonly SortKey[], input: PlanNode): readonly string[] {
    return keys.map(
      ({ expr, descending }) => `${this.#text(expr, input)} ${descending ? 'DESC' : 'ASC'} NULLS LAST`,
    );
  }

  /** The rows of each row follow each other. */
  #unpivot(node: UnpivotNode): string {
    const kept = this.#schema(node)
      .fields.slice(0, -2)
      .map(({ name }) => duckdbName(name));
    const values = unpivotValues(node);
    return node.columns
      .map((name, at) => {
        const value = `${this.#text(values[at], node.input)} AS ${duckdbName(node.value)}`;
        const number = `${arrival} * ${values.length} + ${at} AS ${arrival}`;
        const list = [...kept, `${sqlString(name)} AS ${duckdbName(node.name)}`, value, number];
        return `SELECT ${list.join(', ')} FROM ${this.#from(node.input)}`;
      })
      .join(' UNION ALL ');
  }

  #text(expr: Expr, input: PlanNode): string {
    return scalarText(bind(expr, this.#schema(input)), DUCKDB, this.cannot);
  }

  #aggregate(node: AggregateNode): string {
    const input = this.#relations.get(node.input)!;
    const keys = node.keys.map(duckdbName);
    const values = node.columns.map(
      column => `${this.#call(node, column.call)} AS ${duckdbName(column.name)}`,
    );
    if (node.window === null) {
      const by = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
      return (
        `SELECT ${[...keys, ...values, `min(${arrival}) AS ${arrival}`].join(', ')} ` +
        `FROM ${this.#from(node.input)}${by} HAVING count(*) > 0`
      );
    }
    const time = input.schema.fields[fieldIndex(input.schema, input.time!)];
    const windows = windowRows(node.window, {
      table: this.#from(node.input),
      time,
      keys,
      order: this.#order(node.input),
    });
    if (typeof windows !== 'string') {
      this.cannot(windows.cannot);
      return this.#nothing(node);
    }
    const { fields } = this.#schema(node);
    const names = fields.slice(keys.length, fields.length - values.length).map(({ name }) => name);
    const window = names.map(name => duckdbName(`#${name}`));
    const renamed = names.map((name, at) => `${window[at]} AS ${duckdbName(name)}`);
    const first = `row_number() OVER (ORDER BY ${window[1]}, min(${arrival})) AS ${arrival}`;
    const text =
      `SELECT ${[...keys, ...renamed, ...values, first].join(', ')} FROM (${windows}) ` +
      `GROUP BY ${[...keys, ...window].join(', ')}`;
    return node.fill === undefined ? text : this.#filled(node, node.fill, text);
  }

  /** The windows of a query, and what stands for those without rows. */
  #filled(node: AggregateNode, fill: FillSpec, windows: string): string {
    const window = bindWindow(node.window!);
    const { mark } = this.#passed(node.input);
    if (mark !== null && (window.kind === 'sliced' || window.kind === 'cumulative')) {
      const { values } = planFill(node)!;
      return filledWindows({ windows, node, schema: this.#schema(node), window, mark, values }, fill);
    }
    this.cannot('up to which window others are filled depends on a watermark that a query does not know');
    return this.#nothing(node);
  }

  /** Rows of several inputs have no order of arrival between them. */
  #union(node: UnionAllNode): string {
    return this.#together(node, [arrival]).join(' UNION ALL ');
  }

  /** The inputs of a node, in its own columns; with others that they all have. */
  #together(node: UnionAllNode | SetOperationNode, more: readonly string[] = []): readonly string[] {
    return node.inputs.map(input => {
      const made = unionColumns(this.#schema(input), this.#schema(node));
      const list = made === null ? [this.#columns(node)] : this.#made(made, input);
      return `SELECT ${[...list, ...more].join(', ')} FROM ${this.#from(input)}`;
    });
  }

  /** One call of an aggregate. Rows that it must not see are NULL to it. */
  #call(node: AggregateNode, call: AggregateNode['columns'][number]['call']): string {
    const input = this.#relations.get(node.input)!;
    const definition = aggregateOf(call.fn);
    const bound = call.args.map(arg => bind(arg, input.schema));
    const args = bound.map(arg => scalarText(arg, DUCKDB, this.cannot));
    const conditions = call.where === null ? [] : [this.#text(call.where, node.input)];
    const time = input.time === null ? null : duckdbName(input.time);
    if (definition.ordered && time !== null) conditions.push(`${time} IS NOT NULL`);
    const guarded = guardedArguments(args, conditions);
    const order = this.#order(node.input);
    const seen = distinctArguments(call, guarded);
    const text = definition.duckdb?.(seen, {
      args: bound,
      options: call.options,
      order: order.join(', '),
      reversed: order.map(name => `${name} DESC`).join(', '),
    });
    if (text !== undefined && text !== null) return text;
    this.cannot(`${call.fn}() has no counterpart in DuckDB`);
    return 'NULL';
  }
}
