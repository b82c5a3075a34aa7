import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import type { Kind, Kinds } from './kinds.js';

type Maker = (plan: PlanNode) => unknown;
const makers = new Map<Kind, Maker>();

/** Each collection's file says how it is made: grouping makes collections without importing their classes, which import grouping. */
export function makes(kind: Kind, maker: Maker): void {
  makers.set(kind, maker);
}

/** A collection of a kind over a plan. */
export function collectionOver<K extends Kind, Row>(kind: K, plan: PlanNode): Kinds<Row>[K] {
  const maker = makers.get(kind);
  if (maker === undefined) throw new MillraceError('MR9002', `${kind} has not been loaded.`);
  return maker(plan) as Kinds<Row>[K];
}
