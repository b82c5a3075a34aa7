import { argumentColumns } from './argumentColumns.js';
import type { Schema } from '../columns/schema.js';
import { FLOAT64, timestampType, type DataType } from '../columns/types.js';
import { compileFunction } from '../codegen/compile.js';
import type { GroupedShape } from '../codegen/groupedShape.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import type { PhysicalGrouping, PhysicalOperator } from '../physical/physical.js';
import { TICK_US } from '../physical/ticks.js';
import { BarAggregateOperator } from './barAggregate.js';
import { ChangingSessionAggregateOperator } from './changingSessionAggregate.js';
import { GroupByOperator } from './groupBy.js';
import type { GroupingPlan } from './grouping.js';
import type { Operator } from './operator.js';
import { SessionAggregateOperator } from './sessionAggregate.js';
import { tellsOnce, WindowedAggregateOperator } from './windowedAggregate.js';

type Physical<Op extends PhysicalOperator['op']> = Extract<PhysicalOperator, { op: Op }>;

/** Makes a running operator of one that groups rows. */
export function buildGrouped(
  physical: Physical<'groupBy' | 'windowedAggregate' | 'sessionAggregate' | 'barAggregate'>,
): Operator {
  switch (physical.op) {
    case 'groupBy':
      return groupBy(physical);
    case 'windowedAggregate':
      return windowed(physical);
    case 'sessionAggregate':
      return sessions(physical);
    case 'barAggregate':
      return bars(physical);
  }
}

function groupBy(physical: Physical<'groupBy'>): Operator {
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

function windowed(physical: Physical<'windowedAggregate'>): Operator {
  const { form, output, window, allowedLatenessUs, emit, fill } = physical;
  const once = tellsOnce(form, emit, allowedLatenessUs);
  const grouping = groupingPlan(physical, physical.input, {
    windowed: true,
    // Where rows are taken back windows are put together anew of what has changed, even those that are told once.
    touches: !once || physical.retracting,
    revises: allowedLatenessUs > 0,
  });
  const unit = physical.time?.unit ?? 'us';
  return new WindowedAggregateOperator(
    { ...grouping, form, output, window, allowedLatenessUs, emit, fill, unit },
    argumentColumns(physical.args, physical.input),
  );
}

function sessions(physical: Physical<'sessionAggregate'>): Operator {
  const { form, output, window, allowedLatenessUs, emit } = physical;
  const grouping = groupingPlan(physical, physical.input, {
    windowed: true,
    touches: form === 'retract' || form === 'upsert',
    revises: allowedLatenessUs > 0,
  });
  const unit = physical.time?.unit ?? 'us';
  const Sessions = physical.retracting ? ChangingSessionAggregateOperator : SessionAggregateOperator;
  return new Sessions(
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

function bars(physical: Physical<'barAggregate'>): Operator {
  const { form, output, window, measure, allowedLatenessUs, emit, retracting: changing } = physical;
  const unit = physical.time?.unit ?? 'us';
  const how = { windowed: true, touches: false, revises: false };
  // Rows are taken back before they come to their bars, which only take rows.
  const filled = { ...physical, retracting: false };
  const { shape, ...grouping } = groupingPlan(filled, physical.input, how, true);
  // Bars are in order of ticks, whether aggregates look at them or not.
  const ordered: GroupedShape = unit === 'ns' ? { ...shape, order: 'ticks' } : shape;
  const { threshold } = window;
  const bars = {
    threshold,
    measure,
    allowedLatenessUs,
    tickUs: TICK_US[unit],
    unit,
    emit,
    changing,
    form,
    output,
  };
  return new BarAggregateOperator(
    { ...grouping, ...bars, shape: ordered },
    argumentColumns(physical.args, physical.input),
  );
}

function groupingPlan(
  physical: PhysicalGrouping,
  input: Schema,
  how: Pick<GroupedShape, 'windowed' | 'touches' | 'revises'>,
  /** Whether rows come to their groups in event order. */
  inOrder = false,
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
        inOrder,
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
