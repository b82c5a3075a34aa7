import type { ViewStatus } from '@millrace/protocol';
import { NO_EXCHANGE } from '../../engine/src/operators/apply.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { SessionClock } from '../../engine/src/runtime/clock.js';
import { RunningQuery } from '../../engine/src/runtime/query.js';
import { FIELDS } from './histories.js';

/** A query over one source of histories, which is fed by hand. */
export function runningPlan(plan: PlanNode): RunningQuery {
  const relations = bindPlan(plan, source => sourceRelationOf(source, FIELDS));
  const world = { directory: '.', now: () => 0, random: () => 0, after: () => () => undefined };
  return new RunningQuery(planPhysical(plan, relations), {
    world,
    clock: new SessionClock(world),
    inputs: [{ boundUs: 0, idleTimeoutUs: null, live: false }],
    exchange: NO_EXCHANGE.exchange,
  });
}

/** What its views are told of it. */
export function statusOf(query: RunningQuery): ViewStatus {
  return {
    state: 'live',
    total: query.table.total,
    rowsIn: query.rowsIn,
    late: 0,
    rejected: 0,
    evicted: 0,
    watermarkUs: null,
    error: null,
  };
}
