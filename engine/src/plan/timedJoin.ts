import { formatDuration } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { fieldIndex } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import { requireJoinKeys, type JoinKey } from './joined.js';
import type { Relation } from './relation.js';

/** What joins of rows that lie near each other in event time have in common. */
interface TimedJoin {
  readonly keys: readonly JoinKey[];
  readonly lowUs: number;
  readonly highUs: number;
}

/**
 * Requires that both inputs only get more rows and have event times, that the bounds are in order, and that the keys are there.
 *
 * @throws MillraceError `MR2160`, `MR2161`, `MR2162`, `MR2150`
 */
export function requireTimed(join: string, node: TimedJoin, inputs: readonly [Relation, Relation]): void {
  inputs.forEach((input, at) => {
    const side = at === 0 ? 'left' : 'right';
    if (input.mode === 'retract') {
      throw new MillraceError(
        'MR2160',
        `${join}() needs rows that only come, and those on its ${side} change.`,
        'Join its final rows: .final().',
      );
    }
    if (timeOf(input) !== null) return;
    throw new MillraceError(
      'MR2161',
      `${join}() goes by event time, and the rows on its ${side} have none.`,
      "Declare one at the source: { time: 'ts' }.",
    );
  });
  if (!(node.lowUs <= node.highUs)) {
    throw new MillraceError(
      'MR2162',
      `${join}() needs the earlier bound first, not ${boundsText(node)}.`,
      `Write [${boundText(node.highUs)}, ${boundText(node.lowUs)}].`,
    );
  }
  requireJoinKeys(join, node.keys, inputs[0].schema, inputs[1].schema);
}

/** The event-time column and its unit; null where there is none. */
export function timeOf({
  schema,
  time,
}: Relation): { readonly column: string; readonly unit: TimeUnit } | null {
  if (time === null) return null;
  const { type } = schema.fields[fieldIndex(schema, time)];
  return type.kind === 'timestamp' ? { column: time, unit: type.unit } : null;
}

/** Bounds as a person reads them: `-2 s to +1 s`. */
export function boundsText({ lowUs, highUs }: Pick<TimedJoin, 'lowUs' | 'highUs'>): string {
  return `${boundText(lowUs)} to ${boundText(highUs)}`;
}

function boundText(us: number): string {
  return us === 0 ? '0' : `${us < 0 ? '-' : '+'}${formatDuration(Math.abs(us))}`;
}
