import { fieldIndex } from '../columns/schema.js';
import type { Expr } from '../expr/ast.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { projectColumns, WINDOW_COLUMNS } from '../plan/bind.js';
import { planNodes } from '../plan/children.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { RankNode } from '../plan/nodes/rank.js';
import type { RollingNode } from '../plan/nodes/rolling.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { UnionAllNode } from '../plan/nodes/unionAll.js';
import type { PlanNode, PlanVisitor } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { distinctArguments, guardedArguments } from './aggregateCall.js';
import { DUCKDB, duckdbName } from './duckdbText.js';
import { rolledColumn } from './duckdbRolling.js';
import { windowRows } from './duckdbWindows.js';
import { passedAs } from './passed.js';
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
    const { text, sequence } = printer.print();
    parts.push(`${name} AS (${text})`);
    said.set(node, { name, sequence });
  }
  const columns = relations.get(root)!.schema.fields.map(field => duckdbName(field.name));
  const sql = `WITH ${parts.join(',\n')}\nSELECT ${columns.join(', ')} FROM ${said.get(root)!.name} ORDER BY ${arrival}`;
  return { sql, cannot };
}

interface Printed {
  readonly text: string;
  readonly sequence: string | null;
}

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
      }),
      filter: node => ({
        text: `SELECT * FROM ${this.#from(node.input)} WHERE ${this.#text(node.predicate, node.input)}`,
        sequence: this.#sequence(node.input),
      }),
      project: node => {
        const columns = projectColumns(node, this.#schema(node.input));
        const list = columns.map(
          ({ name, expr }) => `${this.#text(expr, node.input)} AS ${duckdbName(name)}`,
        );
        const sequence = this.#sequence(node.input);
        return {
          text: `SELECT ${[...list, arrival].join(', ')} FROM ${this.#from(node.input)}`,
          sequence: sequence === null ? null : passedAs(columns, sequence),
        };
      },
      aggregate: node => ({ text: this.#aggregate(node), sequence: null }),
      rolling: node => ({ text: this.#rolling(node), sequence: this.#sequence(node.input) }),
      rank: node => ({ text: this.#rank(node), sequence: this.#sequence(node.input) }),
      unionAll: node => ({ text: this.#union(node), sequence: null }),
      final: node => ({
        text: `SELECT * FROM ${this.#from(node.input)}`,
        sequence: this.#sequence(node.input),
      }),
      keep: node => {
        const { lastUs, rows, bytes } = node.retention;
        if (lastUs !== null || rows !== null || bytes !== null)
          this.cannot('what a table keeps depends on when it is looked at');
        return { text: `SELECT * FROM ${this.#from(node.input)}`, sequence: this.#sequence(node.input) };
      },
    };
    const print = visitor[this.node.kind] as ((node: PlanNode) => Printed) | undefined;
    if (print !== undefined) return print(this.node);
    this.cannot(`${this.node.kind} has no counterpart in DuckDB`);
    return { text: `SELECT ${this.#columns(this.node)}, 0 AS ${arrival} WHERE FALSE`, sequence: null };
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

  #sequence(node: PlanNode): string | null {
    return this.said.get(node)!.sequence;
  }

  /** The columns that put a node's rows in event order. */
  #order(node: PlanNode): readonly string[] {
    const names = [this.#relations.get(node)!.time, this.#sequence(node)];
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
    return `SELECT ${[...list, arrival].join(', ')} FROM ${this.#from(node.input)}`;
  }

  #rank({ input, order, within, columns }: RankNode): string {
    const by = order.map(
      ({ expr, descending }) => `${this.#text(expr, input)} ${descending ? 'DESC' : 'ASC'} NULLS LAST`,
    );
    const ties = this.#schema(input).fields.map(({ name }) => `${duckdbName(name)} ASC NULLS LAST`);
    const groups = within.length === 0 ? '' : `PARTITION BY ${within.map(duckdbName).join(', ')} `;
    const functions = { rank: 'rank', denseRank: 'dense_rank', rowNumber: 'row_number' };
    const ranks = columns.map(({ name, rank }) => {
      const keys = rank === 'rowNumber' ? [...by, ...ties] : by;
      return `${functions[rank]}() OVER (${groups}ORDER BY ${keys.join(', ')}) AS ${duckdbName(name)}`;
    });
    return `SELECT *, ${ranks.join(', ')} FROM ${this.#from(input)}`;
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
    if (node.fill !== undefined) this.cannot('windows without rows are filled');
    const time = input.schema.fields[fieldIndex(input.schema, input.time!)];
    const windows = windowRows(node.window, {
      table: this.#from(node.input),
      time,
      keys,
      order: this.#order(node.input),
    });
    if (typeof windows !== 'string') {
      this.cannot(windows.cannot);
      return `SELECT ${this.#columns(node)}, 0 AS ${arrival} WHERE FALSE`;
    }
    const window = WINDOW_COLUMNS.map(name => duckdbName(`#${name}`));
    const renamed = WINDOW_COLUMNS.map((name, at) => `${window[at]} AS ${duckdbName(name)}`);
    const first = `row_number() OVER (ORDER BY ${window[1]}, min(${arrival})) AS ${arrival}`;
    return (
      `SELECT ${[...keys, ...renamed, ...values, first].join(', ')} FROM (${windows}) ` +
      `GROUP BY ${[...keys, ...window].join(', ')}`
    );
  }

  /** Rows of several inputs have no order of arrival between them. */
  #union(node: UnionAllNode): string {
    return node.inputs
      .map(input => `SELECT ${this.#columns(node)}, ${arrival} FROM ${this.#from(input)}`)
      .join(' UNION ALL ');
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
    const seen = call.distinct ? distinctArguments(guarded) : guarded;
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
