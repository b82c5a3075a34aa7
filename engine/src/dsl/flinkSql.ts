import { bindPlan, sourceRelationOf } from '../plan/bind.js';
import { nodeText } from '../plan/explain.js';
import type { PlanNode } from '../plan/plan.js';
import { withParameters } from '../plan/parameters.js';
import { parameterValues } from '../session/clientInputs.js';
import { ask } from '../session/ask.js';
import type { Cannot } from '../sql/cannot.js';
import { flinkSql } from '../sql/flink.js';
import type { FlinkColumn } from '../sql/flink.js';
import type { FlinkSource, FlinkTable } from '../sql/flinkTables.js';

/** What the sources are to Flink, by their names. */
export interface FlinkOptions {
  /**
   * For each source the options of a Flink connector, as in the WITH of a CREATE TABLE, or the name of a table that Flink knows already
   * (which has the source's columns and a watermark).
   *
   * @example { trades: { connector: 'kafka', topic: 'trades', 'properties.bootstrap.servers': '…', format: 'json' } }
   */
  readonly sources?: Readonly<Record<string, FlinkTable>>;
}

/** Something that Flink cannot say, or says with another meaning: at which line of the plan, and why. */
export interface FlinkNote {
  readonly node: string;
  readonly why: string;
}

/** A query in Flink's SQL. */
export interface FlinkQuery {
  /** All statements, each ended by a semicolon; null where something cannot be said. */
  readonly sql: string | null;
  /** The CREATE TABLE statements alone. */
  readonly tables: readonly string[];
  /** The SELECT alone; NULL stands in it for what cannot be said. */
  readonly query: string;
  /** What each column of the result is called there: `windowStart` is `window_start`. */
  readonly columns: readonly FlinkColumn[];
  /** What Flink cannot say; empty where the query stands for the plan. */
  readonly cannot: readonly FlinkNote[];
  /** What Flink says, but means otherwise in some cases, such as `first()`, which goes by arrival there. */
  readonly differs: readonly FlinkNote[];
}

/** A plan in Flink's SQL, once its sources have been looked at. */
export async function toFlinkSql(written: PlanNode, { sources = {} }: FlinkOptions): Promise<FlinkQuery> {
  const plan = withParameters(written, parameterValues());
  const bound = await ask({ type: 'bind', plan });
  const found = (source: { readonly name: string }): FlinkSource =>
    bound.sources.find(summary => summary.name === source.name)!;
  const relations = bindPlan(plan, source => sourceRelationOf(source, found(source).fields));
  const printed = flinkSql(plan, relations, found, sources);
  return { ...printed, cannot: printed.cannot.map(noteOf), differs: printed.differs.map(noteOf) };
}

function noteOf({ node, why }: Cannot): FlinkNote {
  return { node: nodeText(node), why };
}
