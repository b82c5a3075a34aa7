import type { AggregateContext, EmitContext, MergeContext, StateLane } from './define.js';

/** Counts the rows that an aggregate has seen, where a group may have none: its value is NULL then. */
export interface Presence {
  readonly lanes: readonly StateLane[];
  add(emit: EmitContext): string;
  retract(emit: EmitContext): string;
  merge(emit: MergeContext): string;
  /** Text that is true for a group with a value; null where every group has one. */
  test(emit: EmitContext): string | null;
}

/** A group exists because of a row, so without NULLs and retractions every group has a value, and nothing is counted. */
export function presence(context: AggregateContext, needed = false): Presence {
  if (!needed && !context.retracting && context.args.every(arg => !arg.nullable)) {
    return { lanes: [], add: () => '', retract: () => '', merge: () => '', test: () => null };
  }
  return {
    lanes: [{ name: 'seen', lane: 'float64', init: 0 }],
    add: emit => `${emit.lane('seen')} += 1;`,
    retract: emit => `${emit.lane('seen')} -= 1;`,
    merge: emit => `${emit.lane('seen')} += ${emit.other('seen')};`,
    test: emit => `${emit.lane('seen')} > 0`,
  };
}
