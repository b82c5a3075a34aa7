import type { Schema } from '../columns/schema.js';
import type { DataType, TimeUnit } from '../columns/types.js';
import type { CallOptions } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import type { ApplyForm } from '../plan/nodes/apply.js';
import type { Retention } from '../plan/nodes/keep.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { BarWindow, SessionWindow, TimeWindow } from '../windows/define.js';
import type { EmitSpec } from '../windows/emission.js';
import type { PhysicalFill } from '../plan/fill.js';
import type { PhysicalAsOfJoin, PhysicalVersions } from './asOfJoin.js';
import type { PhysicalIntervalJoin } from './intervalJoin.js';
import type { PhysicalWindowJoin } from './windowJoin.js';
import type { PhysicalRank } from './rank.js';
import type { PhysicalMapReduce } from './mapReduce.js';
import type { PhysicalTopN } from './topN.js';
import type { PhysicalOrderBook } from './orderBook.js';
import type { PhysicalJoin } from './join.js';
import type { PhysicalLookupJoin } from './lookupJoin.js';
import type { PhysicalSetOperation } from './setOperation.js';
import type { PhysicalUpsert } from './upsert.js';
import type { PhysicalFollowedBy } from './followedBy.js';
import type { PhysicalLead, PhysicalRolling, PhysicalRollingChanges } from './rolling.js';
import type { PhysicalMatchPattern } from './matchPattern.js';

/** One aggregate: its function, and its arguments and `where` as positions among the argument columns. */
export interface PhysicalAggregate {
  readonly name: string;
  readonly fn: string;
  readonly args: readonly number[];
  readonly where: number | null;
  readonly distinct: boolean;
  readonly options: CallOptions;
  readonly type: DataType;
}

/** What windowed and running aggregates have in common. */
export interface PhysicalGrouping {
  readonly keys: readonly string[];
  /** The distinct argument expressions: columns are read in place, others are computed for each batch. */
  readonly args: readonly BoundExpr[];
  readonly aggregates: readonly PhysicalAggregate[];
  readonly time: { readonly column: string; readonly unit: TimeUnit } | null;
  /** The sequence column's position among the arguments. */
  readonly sequence: number | null;
  /** Whether the input takes rows back. */
  readonly retracting: boolean;
}

/**
 * How an aggregate tells its changes. `retract`: the earlier value, then the new one; `upsert`: the new one alone, since only a table
 * with the key reads it; `final`: each window once.
 */
export type PhysicalForm = 'retract' | 'upsert' | 'final';

/** One operator, as plain data: what runs, over which input, with which output. */
export type PhysicalOperator = { readonly input: Schema; readonly output: Schema } & (
  | ({ readonly op: 'asOfJoin' } & PhysicalAsOfJoin)
  | ({ readonly op: 'versions' } & PhysicalVersions)
  | {
      readonly op: 'filter';
      readonly predicate: BoundExpr;
      /** Whether each change is judged by the mark of the one before it, as rows that only come are. */
      readonly carried?: boolean;
    }
  | ({ readonly op: 'windowJoin' } & PhysicalWindowJoin)
  | ({ readonly op: 'intervalJoin' } & PhysicalIntervalJoin)
  | {
      readonly op: 'project';
      readonly columns: readonly { readonly name: string; readonly expr: BoundExpr }[];
    }
  | ({ readonly op: 'join' } & PhysicalJoin)
  | ({ readonly op: 'lookupJoin' } & PhysicalLookupJoin)
  | ({ readonly op: 'setOperation' } & PhysicalSetOperation)
  | {
      /** The rows of all ports, which have the same columns. */
      readonly op: 'unionAll';
      readonly ports: number;
      /** As for filters. */
      readonly carried?: boolean;
    }
  | ({ readonly op: 'followedBy' } & PhysicalFollowedBy)
  | {
      /** Rows in event order: they come out once the watermark has passed them; late ones are dropped. */
      readonly op: 'reorder';
      readonly time: { readonly column: string; readonly unit: TimeUnit };
      /** The column that orders rows of one event time. */
      readonly sequence: string | null;
    }
  | {
      /** The rows whose values have not come before: of the output's columns, or of those named. */
      readonly op: 'distinct';
      readonly by?: readonly string[];
    }
  | {
      /** The rows of a bounded input in order. */
      readonly op: 'sort';
      readonly by: readonly { readonly column: string; readonly descending: boolean }[];
      readonly offset: number;
      readonly limit: number | null;
      /** Whether the input takes rows back. */
      readonly retracting: boolean;
    }
  | {
      /** The last columns of the input as rows, with these names. */
      readonly op: 'unpivot';
      readonly columns: readonly string[];
    }
  | {
      /** Rows through a function of the user's, which is somewhere else. */
      readonly op: 'apply';
      readonly call: ApplyForm;
      readonly fn: string;
      readonly name: string;
      readonly by: readonly string[];
      /** The columns that the function gets, by position. */
      readonly reads: readonly number[];
      /** Where `scan` goes over rows that change: how they do, and what puts them in order. */
      readonly changing?: Pick<PhysicalRolling, 'time'> & { readonly changes: PhysicalRollingChanges };
    }
  | {
      /** Each change as a row, with what it does to the table in its first column. */
      readonly op: 'changes';
    }
  | {
      /** Rows as the changes that a column says they are. */
      readonly op: 'rowKinds';
      readonly kind: string;
      readonly deleted: BoundExpr | null;
    }
  | ({ readonly op: 'upsert' } & PhysicalUpsert)
  | ({ readonly op: 'rolling' } & PhysicalRolling)
  | ({ readonly op: 'matchPattern' } & PhysicalMatchPattern)
  | ({ readonly op: 'lead' } & PhysicalLead)
  | ({ readonly op: 'topN' } & PhysicalTopN)
  | ({ readonly op: 'orderBook' } & PhysicalOrderBook)
  | ({ readonly op: 'rank' } & PhysicalRank)
  | ({ readonly op: 'mapReduce' } & PhysicalMapReduce)
  | ({
      readonly op: 'groupBy';
      /** `final`: each group once, at the end of the input. */
      readonly form: PhysicalForm;
      /** Groups that no row has come to for so long, by the watermark, are forgotten; null: never. */
      readonly ttlUs: number | null;
    } & PhysicalGrouping)
  | ({
      readonly op: 'windowedAggregate';
      readonly form: PhysicalForm;
      readonly window: TimeWindow;
      readonly allowedLatenessUs: number;
      /** When windows that are open are told, and what stands for empty ones. */
      readonly emit: EmitSpec;
      readonly fill: PhysicalFill | null;
    } & PhysicalGrouping)
  | ({
      readonly op: 'sessionAggregate';
      /** `late`: the rows that come too late, and no sessions. */
      readonly form: PhysicalForm | 'late';
      readonly window: SessionWindow;
      readonly allowedLatenessUs: number;
      readonly emit: EmitSpec;
    } & PhysicalGrouping)
  | ({
      readonly op: 'barAggregate';
      /** `late`: the rows that come too late, and no bars. */
      readonly form: PhysicalForm | 'late';
      readonly window: BarWindow;
      /** The argument that fills bars; null where each row counts 1. */
      readonly measure: number | null;
      readonly allowedLatenessUs: number;
      readonly emit: EmitSpec;
    } & PhysicalGrouping)
  | {
      /** The rows that a windowed aggregate of the same window would drop. */
      readonly op: 'lateRows';
      readonly time: { readonly column: string; readonly unit: TimeUnit };
      readonly window: TimeWindow;
      readonly allowedLatenessUs: number;
    }
);

/** The table that a query keeps its result in. */
export interface PhysicalTable {
  readonly schema: Schema;
  readonly time: string | null;
  /** The key columns; null: rows only come (or, where `retracting`, match by value). */
  readonly key: readonly string[] | null;
  readonly retracting: boolean;
  /** The column that holds the end of the row's window, and how long after it the window may still change; null without windows. */
  readonly window: {
    readonly end: string;
    readonly allowedLatenessUs: number;
    /** The column that says whether the window is complete, which is open until then; null where its end says so. */
    readonly complete: string | null;
  } | null;
  readonly retention: Retention;
  /** The order in which its rows are shown; absent: that in which they came. */
  readonly order?: readonly { readonly value: BoundExpr; readonly descending: boolean }[];
}

/** What feeds a port of an operator, or the table: a source or an operator of the plan, by its place in the plan's list. */
export type PhysicalInput = { readonly source: number } | { readonly operator: number };

/** An operator in its place: what feeds each of its ports. */
export type PhysicalStep = PhysicalOperator & { readonly inputs: readonly PhysicalInput[] };

/** A source in its place: the rows that it gives. */
export interface PhysicalSource {
  readonly node: SourceNode;
  readonly output: Schema;
  /** Whether it is the changing table of another query. */
  readonly retracting?: boolean;
}

/** A plan ready to run, as plain data: its sources, its operators (inputs before what reads them), and the table that the last one fills. */
export interface PhysicalPlan {
  /** Each source once, in the order in which the plan names them; this order settles ties where rows of several are merged. */
  readonly sources: readonly PhysicalSource[];
  readonly operators: readonly PhysicalStep[];
  /** What the table is made of. */
  readonly output: PhysicalInput;
  readonly table: PhysicalTable;
}
