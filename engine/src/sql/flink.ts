import { fieldIndex } from '../columns/schema.js';
import { INT32 } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { flinkType } from '../functions/scalar/sql.js';
import { projectColumns } from '../plan/bind.js';
import { planNodes } from '../plan/children.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { FollowedByNode } from '../plan/nodes/followedBy.js';
import type { DeduplicateNode } from '../plan/nodes/deduplicate.js';
import type { RollingNode } from '../plan/nodes/rolling.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { UpsertNode } from '../plan/nodes/upsert.js';
import type { PlanNode, PlanVisitor } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { distinctArguments, guardedArguments } from './aggregateCall.js';
import type { Cannot } from './cannot.js';
import { flinkJoin, flinkSetOperation } from './flinkJoins.js';
import { flinkPairs } from './flinkIntervals.js';
import { deduplicated, upserted } from './flinkChangelog.js';
import { firstOfEach } from './flinkFollowed.js';
import { temporalQuery, versionedSources } from './flinkAsOf.js';
import { isOfWindows, overColumn } from './flinkRolling.js';
import { matchRecognize } from './flinkPatterns.js';
import { createTable, hasRowtime, isRowtime, ROWTIME } from './flinkTables.js';
import type { FlinkSource, FlinkTable } from './flinkTables.js';
import { FLINK, flinkName } from './flinkText.js';
import { checkWindow, WINDOW_NAMES, windowColumns, windowFunction } from './flinkWindows.js';
import { scalarText } from './scalar.js';

/** A column of a query's result: what we call it, and what Flink does. */
export interface FlinkColumn {
  readonly name: string;
  readonly flinkName: string;
  readonly type: Field['type'];
}

/** A plan in Flink's SQL. */
export interface FlinkSql {
  /** All statements, each ended by a semicolon; null where something cannot be said. */
  readonly sql: string | null;
  /** The statements that make the sources known. */
  readonly tables: readonly string[];
  /** The query itself. Where something cannot be said, NULL stands in its place. */
  readonly query: string;
  readonly columns: readonly FlinkColumn[];
  /** What Flink cannot say, node by node; empty where the query stands for the plan. */
  readonly cannot: readonly Cannot[];
  /** What Flink says, but means otherwise in some cases. */
  readonly differs: readonly Cannot[];
}

/**
 * Prints a plan for Flink: CREATE TABLE statements for its sources, and a query with a common table expression a node. Event-time windows are
 * window table functions, whose rows come once, when a window closes: a table of windows is printed as its `final()`.
 */
export function flinkSql(
  root: PlanNode,
  relations: ReadonlyMap<PlanNode, Relation>,
  sourceOf: (source: SourceNode) => FlinkSource,
  tables: Readonly<Record<string, FlinkTable>>,
): FlinkSql {
  const cannot: Cannot[] = [];
  const differs: Cannot[] = [];
  const names = new Map<PlanNode, string>();
  const parts: string[] = [];
  const created = new Map<string, string>();
  const versioned = versionedSources(root);
  for (const node of planNodes(root)) {
    const name = flinkName(`node${parts.length}`);
    const notes: Notes = {
      cannot: why => cannot.push({ node, why }),
      differs: why => differs.push({ node, why }),
    };
    if (node.kind === 'source') {
      const table = tables[node.name];
      if (table === undefined)
        notes.cannot(`nothing says what '${node.name}' is to Flink: give { sources: { ${node.name}: … } }`);
      else if (typeof table !== 'string')
        created.set(node.name, createTable(node, sourceOf(node), table, versioned.get(node.name)));
      else if (!hasRowtime(node, sourceOf(node)))
        notes.cannot(
          `Flink's event time is of milliseconds: give connector options of '${node.name}' instead of a table's name`,
        );
    }
    if (node.kind === 'final' || node.kind === 'keep' || node.kind === 'cache') {
      if (node.kind === 'keep' && Object.values(node.retention).some(limit => limit !== null))
        notes.differs('Flink keeps every row of the result');
      names.set(node, names.get(node.input)!);
      continue;
    }
    const text = new NodePrinter(relations, names, notes, tables).print(node);
    parts.push(`${name} AS (\n  ${text}\n)`);
    names.set(node, name);
  }
  const fields = relations.get(root)!.schema.fields;
  const columns = fields.map(({ name, type }) => ({ name, type, flinkName: resultName(name, fields) }));
  const list = columns.map(column =>
    column.name === column.flinkName
      ? flinkName(column.name)
      : `${flinkName(column.name)} AS ${flinkName(column.flinkName)}`,
  );
  const query = `WITH ${parts.join(',\n')}\nSELECT ${list.join(', ')} FROM ${names.get(root)!}`;
  const statements = [...created.values(), query];
  return {
    sql: cannot.length > 0 ? null : `${statements.join(';\n')};`,
    tables: [...created.values()],
    query,
    columns,
    cannot,
    differs,
  };
}

function resultName(name: string, fields: readonly Field[]): string {
  const flinks = Object.hasOwn(WINDOW_NAMES, name) ? WINDOW_NAMES[name] : name;
  return flinks !== name && fields.some(field => field.name === flinks) ? name : flinks;
}

interface Notes {
  readonly cannot: (why: string) => void;
  readonly differs: (why: string) => void;
}

/** Prints one node over the expressions of its inputs. */
class NodePrinter {
  constructor(
    private readonly relations: ReadonlyMap<PlanNode, Relation>,
    private readonly names: ReadonlyMap<PlanNode, string>,
    private readonly notes: Notes,
    private readonly tables: Readonly<Record<string, FlinkTable>>,
  ) {}

  print(node: PlanNode): string {
    const visitor: Partial<PlanVisitor<string>> = {
      source: source => {
        const table = this.tables[source.name];
        const from = typeof table === 'string' ? table : flinkName(source.name);
        return `SELECT ${this.#columns(source)} FROM ${from}`;
      },
      asOfJoin: join => {
        const [left, right] = join.inputs;
        const table = right.kind === 'source' ? this.tables[right.name] : undefined;
        const inputs = {
          left: this.#from(left),
          right:
            typeof table === 'string'
              ? table
              : right.kind === 'source'
                ? flinkName(right.name)
                : this.#from(right),
          relations: [this.#relation(left), this.#relation(right)] as const,
          hidden: this.#hidden(left),
        };
        return temporalQuery(join, inputs, this.notes);
      },
      filter: filter =>
        `SELECT * FROM ${this.#from(filter.input)} WHERE ${this.#text(filter.predicate, filter.input)}`,
      intervalJoin: join => {
        const [left, right] = join.inputs.map(node => ({
          from: this.#from(node),
          relation: this.#relation(node),
        }));
        return flinkPairs(join, [left, right], this.notes);
      },
      project: project => {
        const columns = projectColumns(project, this.#relation(project.input).schema);
        const list = columns.map(({ name, expr }) => {
          const text = this.#text(expr, project.input);
          return text === flinkName(name) ? text : `${text} AS ${flinkName(name)}`;
        });
        return `SELECT ${[...list, ...this.#hidden(project)].join(', ')} FROM ${this.#from(project.input)}`;
      },
      join: join => {
        const [left, right] = join.inputs.map(each => ({
          from: this.#from(each),
          schema: this.#relation(each).schema,
        }));
        return this.#untimed(join, flinkJoin(join, [left, right], this.notes.cannot));
      },
      setOperation: operation => {
        const list = this.#plain(operation);
        const inputs = operation.inputs.map(input => `SELECT ${list} FROM ${this.#from(input)}`);
        return this.#untimed(operation, flinkSetOperation(operation, inputs));
      },
      aggregate: aggregate => this.#aggregate(aggregate),
      deduplicate: node => deduplicated(node, this.#keyed(node)),
      upsert: node => upserted(node, this.#keyed(node)),
      rolling: rolling => this.#rolling(rolling),
      matchPattern: match => {
        const time = this.#timeOf(match.input);
        return matchRecognize(match, {
          ...this.notes,
          from: this.#from(match.input),
          schema: this.#relation(match.input).schema,
          time: time === null ? null : { name: time.name, rowtime: isRowtime(time) ? time.name : ROWTIME },
          hidden: time === null || isRowtime(time) ? null : ROWTIME,
        });
      },
      followedBy: node => this.#followed(node),
      unionAll: union =>
        union.inputs
          .map(input => `SELECT ${this.#columns(union)} FROM ${this.#from(input)}`)
          .join('\n  UNION ALL '),
    };
    const print = visitor[node.kind] as ((node: PlanNode) => string) | undefined;
    if (print !== undefined) return print(node);
    this.notes.cannot(`Flink has no counterpart of ${node.kind}`);
    const nothing = this.#relation(node).schema.fields.map(
      ({ name, type }) => `CAST(NULL AS ${flinkType(type)}) AS ${flinkName(name)}`,
    );
    return `SELECT ${nothing.join(', ')}`;
  }

  #relation(node: PlanNode): Relation {
    return this.relations.get(node)!;
  }

  #from(node: PlanNode): string {
    return this.names.get(node)!;
  }

  #text(expr: Expr, input: PlanNode): string {
    return scalarText(bind(expr, this.#relation(input).schema), FLINK, this.notes.cannot);
  }

  #timeOf(node: PlanNode): Field | null {
    const { schema, time } = this.#relation(node);
    return time === null ? null : schema.fields[fieldIndex(schema, time)];
  }

  /** The hidden event time of a node's rows, where their own column cannot be it. */
  #hidden(node: PlanNode): string[] {
    const time = this.#timeOf(node);
    return time === null || isRowtime(time) ? [] : [flinkName(ROWTIME)];
  }

  #columns(node: PlanNode): string {
    return [this.#plain(node), ...this.#hidden(node)].join(', ');
  }

  /** The columns without a hidden event time. */
  #plain(node: PlanNode): string {
    return this.#relation(node)
      .schema.fields.map(field => flinkName(field.name))
      .join(', ');
  }

  /** A query behind which rows have no event time in Flink: a hidden one is NULL. */
  #untimed(node: PlanNode, query: string): string {
    if (this.#relation(node).time === null) return query;
    this.notes.differs('rows have no event time behind it in Flink');
    const hidden = this.#hidden(node).map(name => `, CAST(NULL AS TIMESTAMP(3)) AS ${name}`);
    return hidden.length === 0 ? query : `SELECT *${hidden.join('')} FROM (${query})`;
  }

  /** The rows of both, each id once. */
  #followed(node: FollowedByNode): string {
    const from = node.inputs.map(input => `SELECT ${this.#columns(node)} FROM ${this.#from(input)}`);
    const time = this.#timeOf(node);
    const rowtime = time === null ? null : flinkName(isRowtime(time) ? time.name : ROWTIME);
    return firstOfEach(node, { ...this.notes, from, columns: this.#columns(node), rowtime });
  }

  #aggregate(node: AggregateNode): string {
    const keys = node.keys.map(flinkName);
    const values = node.columns.map(({ name, call }) => `${this.#call(node, call)} AS ${flinkName(name)}`);
    const from = this.#from(node.input);
    if (node.window === null) {
      const by = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
      return `SELECT ${[...keys, ...values].join(', ')} FROM ${from}${by}`;
    }
    const { schema, mode } = this.#relation(node.input);
    checkWindow(node, node.window, schema, this.notes.cannot);
    if (node.window.type === 'session' && mode === 'retract')
      this.notes.cannot('Flink drops the sessions of rows that may be taken back as late by other rules');
    const time = this.#timeOf(node.input)!;
    const descriptor = flinkName(isRowtime(time) ? time.name : ROWTIME);
    const table = windowFunction(node.window, from, keys, descriptor, this.notes.cannot);
    const windows = windowColumns(time);
    return (
      `SELECT ${[...keys, ...windows, ...values].join(', ')}\n  FROM TABLE(${table})\n  ` +
      `GROUP BY ${[...keys, 'window_start', 'window_end', 'window_time'].join(', ')}`
    );
  }

  #keyed(node: DeduplicateNode | UpsertNode) {
    const { input } = node;
    const time = this.#timeOf(input);
    return {
      from: this.#from(input),
      columns: this.#columns(node),
      relation: this.#relation(input),
      rowtime: time === null ? null : flinkName(isRowtime(time) ? time.name : ROWTIME),
      text: (expr: Expr) => this.#text(expr, input),
      ...this.notes,
    };
  }

  #rolling(node: RollingNode): string {
    const time = this.#timeOf(node.input);
    const rolled = {
      relation: this.#relation(node.input),
      rowtime: time === null ? null : flinkName(isRowtime(time) ? time.name : ROWTIME),
      cannot: this.notes.cannot,
    };
    if (rolled.relation.mode === 'retract' && !isOfWindows(node.input))
      this.notes.cannot('OVER takes rows that only come in Flink, and those of this table change');
    const columns = node.columns.map(column => overColumn(node, column, rolled));
    if (time !== null && !isRowtime(time))
      this.notes.differs('rows of one millisecond go by arrival in Flink');
    if (new Set(columns.map(column => column.over)).size > 1)
      this.notes.cannot('a query has one OVER window in Flink, and these columns need several');
    const list = this.#relation(node).schema.fields.map(({ name }) => {
      const made = columns.find(column => column.name === name);
      return made === undefined ? flinkName(name) : `${made.text} AS ${flinkName(name)}`;
    });
    return `SELECT ${[...list, ...this.#hidden(node)].join(', ')} FROM ${this.#from(node.input)}`;
  }

  #call(node: AggregateNode, call: AggregateNode['columns'][number]['call']): string {
    const { schema, time, mode } = this.#relation(node.input);
    const definition = aggregateOf(call.fn);
    if (call.fn === 'approxCountDistinct' && mode === 'retract')
      this.notes.cannot('approxCountDistinct() takes no row back in Flink');
    const bound = call.args.map(arg => bind(arg, schema));
    const { type } = definition.resolve(bound, call.options);
    // Sums of 32 bits wrap around at 32 bits there.
    const args = bound.map(arg => {
      const text = scalarText(arg, FLINK, this.notes.cannot);
      return arg.type.kind === INT32.kind && type.kind === 'int64' && call.fn === 'sum'
        ? `CAST(${text} AS BIGINT)`
        : text;
    });
    const guarded = guardedArguments(args, call.where === null ? [] : [this.#text(call.where, node.input)]);
    if (definition.ordered && time !== null)
      this.notes.differs(`${call.fn}() goes by arrival in Flink, not by event time`);
    const text = definition.sql(distinctArguments(call, guarded), {
      args: bound,
      options: call.options,
    });
    if (text !== null) return text;
    this.notes.cannot(`${call.fn}() has no counterpart in Flink`);
    return 'NULL';
  }
}
