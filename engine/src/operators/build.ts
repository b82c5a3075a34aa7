import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { FLOAT64, INT64, timestampType, type DataType } from '../columns/types.js';
import { compileColumn } from '../codegen/column.js';
import { compileFunction } from '../codegen/compile.js';
import type { GroupedShape } from '../codegen/groupedShape.js';
import type { BoundExpr } from '../expr/bound.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import type { PhysicalAggregate, PhysicalGrouping, PhysicalOperator } from '../physical/physical.js';
import { TICK_US } from '../physical/ticks.js';
import { ApplyOperator, NO_EXCHANGE, type ExchangeContext } from './apply.js';
import { BarAggregateOperator } from './barAggregate.js';
import { DistinctOperator } from './distinct.js';
import { FilterOperator } from './filter.js';
import { GroupByOperator } from './groupBy.js';
import type { GroupingPlan } from './grouping.js';
import { LateRowsOperator } from './lateRows.js';
import { LeadOperator } from './lead.js';
import type { Operator } from './operator.js';
import { ProjectOperator } from './project.js';
import { ReorderOperator } from './reorder.js';
import { TopNOperator } from './topN.js';
import { RollingOperator } from './rolling.js';
import { rollingShape } from './rollingPlan.js';
import { SessionAggregateOperator } from './sessionAggregate.js';
import { SortOperator } from './sort.js';
import { UnionAllOperator } from './unionAll.js';
import { UnpivotOperator } from './unpivot.js';
import { tellsOnce, WindowedAggregateOperator } from './windowedAggregate.js';

/** What counts the rows of a window's group, where windows are told after so many. */
const ROW_COUNT: PhysicalAggregate = {
  name: 'rows',
  fn: 'count',
  args: [],
  where: null,
  distinct: false,
  options: {},
  type: INT64,
};

/** Makes a running operator of a physical one. */
export function buildOperator(physical: PhysicalOperator, exchange: ExchangeContext = NO_EXCHANGE): Operator {
  switch (physical.op) {
    case 'distinct':
      return new DistinctOperator(physical.input, physical.output);
    case 'sort':
      return new SortOperator(physical);
    case 'unpivot':
      return new UnpivotOperator(physical.input, physical.output, physical.columns);
    case 'apply': {
      const { call: form, fn, input, output, reads } = physical;
      return new ApplyOperator({ form, fn, input, output, reads }, exchange);
    }
    case 'filter':
      return new FilterOperator(physical.predicate, physical.input);
    case 'project':
      return new ProjectOperator(physical.columns, physical.input);
    case 'unionAll':
      return new UnionAllOperator(physical.ports, physical.output);
    case 'reorder':
      return new ReorderOperator(physical);
    case 'rolling':
      return new RollingOperator(
        {
          shape: rollingShape(physical),
          input: physical.input,
          output: physical.output,
          keys: physical.keys,
          time: physical.time?.column ?? null,
          columns: physical.columns.map(({ name }) => name),
        },
        argumentColumns(physical.args, physical.input),
      );
    case 'topN':
      return new TopNOperator(physical);
    case 'lead':
      return new LeadOperator(physical);
    case 'groupBy': {
      const { form, output, ttlUs } = physical;
      const grouping = groupingPlan(physical, physical.input, {
        windowed: false,
        touches: form !== 'final',
        revises: false,
      });
      return new GroupByOperator(
        { ...grouping, form, output, ttlUs },
        argumentColumns(physical.args, physical.input),
      );
    }
    case 'windowedAggregate': {
      const { form, output, window, allowedLatenessUs, emit, fill } = physical;
      const once = tellsOnce(form, emit, allowedLatenessUs);
      const counted = !once && emit.rows !== null;
      const grouping = groupingPlan(
        counted ? { ...physical, aggregates: [...physical.aggregates, ROW_COUNT] } : physical,
        physical.input,
        { windowed: true, touches: !once, revises: allowedLatenessUs > 0 },
      );
      const unit = physical.time?.unit ?? 'us';
      return new WindowedAggregateOperator(
        { ...grouping, form, output, window, allowedLatenessUs, emit, fill, unit, hidden: counted ? 1 : 0 },
        argumentColumns(physical.args, physical.input),
      );
    }
    case 'sessionAggregate': {
      const { form, output, window, allowedLatenessUs, emit } = physical;
      const grouping = groupingPlan(physical, physical.input, {
        windowed: true,
        touches: form === 'retract' || form === 'upsert',
        revises: allowedLatenessUs > 0,
      });
      const unit = physical.time?.unit ?? 'us';
      return new SessionAggregateOperator(
        {
          ...grouping,
          form,
          output,
          gapUs: window.gapUs,
          allowedLatenessUs,
          tickUs: TICK_US[unit],
          unit,
          emit,
        },
        argumentColumns(physical.args, physical.input),
      );
    }
    case 'barAggregate': {
      const { form, output, window, measure, allowedLatenessUs, emit } = physical;
      const unit = physical.time?.unit ?? 'us';
      const { shape, ...grouping } = groupingPlan(physical, physical.input, {
        windowed: true,
        touches: false,
        revises: false,
      });
      // Bars are in order of ticks, whether aggregates look at them or not.
      const ordered: GroupedShape = unit === 'ns' ? { ...shape, order: 'ticks' } : shape;
      const { threshold } = window;
      const bars = { threshold, measure, allowedLatenessUs, tickUs: TICK_US[unit], unit, emit, form, output };
      return new BarAggregateOperator(
        { ...grouping, ...bars, shape: ordered },
        argumentColumns(physical.args, physical.input),
      );
    }
    case 'lateRows':
      return new LateRowsOperator(physical);
  }
}

function groupingPlan(
  physical: PhysicalGrouping,
  input: Schema,
  how: Pick<GroupedShape, 'windowed' | 'touches' | 'revises'>,
): GroupingPlan {
  const { args, retracting, time, sequence } = physical;
  const ordered = physical.aggregates.some(({ fn }) => aggregateOf(fn).ordered);
  const order = !ordered || time === null ? 'none' : time.unit === 'ns' ? 'ticks' : 'time';
  const orderType: DataType | null =
    order === 'none' ? null : order === 'ticks' ? timestampType('ns') : FLOAT64;
  const shape: GroupedShape = {
    ...how,
    retracting,
    order,
    sequence,
    args: args.map(({ type, nullable }) => ({ type, nullable })),
    aggregates: physical.aggregates.map(({ fn, args: positions, where, type, distinct, options }) => ({
      bound: aggregateOf(fn).bind({
        args: positions.map(at => ({ type: args[at].type, nullable: args[at].nullable || where !== null })),
        distinct,
        options,
        compile: compileFunction,
        retracting,
        time: orderType,
        sequence: sequence === null ? null : args[sequence].type,
      }),
      args: positions,
      where,
      distinct: distinct && aggregateOf(fn).distinct === 'rows',
      ordered: aggregateOf(fn).ordered,
      type,
    })),
  };
  return { shape, input, keys: physical.keys, time: time?.column ?? null };
}

/** Gives the argument columns of a batch: its own where the argument is a column, computed ones elsewhere. */
function argumentColumns(args: readonly BoundExpr[], input: Schema): (batch: Batch) => readonly Column[] {
  const readers = args.map((arg): ((batch: Batch) => Column) => {
    if (arg.kind === 'column') return batch => batch.columns[arg.index];
    const kernel = compileColumn(arg, input);
    return batch => kernel.run(batch);
  });
  return batch => readers.map(read => read(batch));
}
