import { formatDuration } from '../columns/duration.js';
import { explainPhysical, type ExplainedPhysical } from '../physical/explain.js';
import { explainPlan, explainText } from '../plan/explain.js';
import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import { preparePlan, type PreparedPlan, type QueryRegistry } from './hostQueries.js';
import { timeText } from './hostStats.js';
import type { Explanation, MeetingStats, OperatorStats, QueryStats } from './stats.js';

/** So many runs of missing numbers are written out. */
const GAPS_SHOWN = 5;

/** The same of a plan that was asked about, as it runs where it does. */
export async function explainPlanned(
  plan: PlanNode,
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<Explanation> {
  const prepared = await preparePlan(plan, runtime);
  const stats = await queries.stats(plan);
  const followed = (await queries.running(plan))?.followed === true;
  const physical = followed ? prepared.running({ followed, part: null }) : prepared.physical;
  return explainQuery({ ...prepared, physical }, stats);
}

/** What a plan is, and what it does if it runs. */
function explainQuery(
  { plan, physical, relations }: Pick<PreparedPlan, 'plan' | 'physical' | 'relations'>,
  stats: QueryStats | null,
): Explanation {
  const logical = explainPlan(plan, relations);
  const tree = explainPhysical(physical);
  const measured = stats === null || stats.state === 'not running' ? null : stats;
  const text = [
    'logical plan',
    explainText(logical, 1),
    `physical plan${measured === null ? '' : ` (${measured.state})`}`,
    ...physicalLines(tree, measured, 1),
  ].join('\n');
  return { text, logical, physical: tree, stats: measured };
}

function physicalLines(node: ExplainedPhysical, stats: QueryStats | null, depth: number): string[] {
  const indent = '  '.repeat(depth);
  return [
    `${indent}${node.text}`,
    ...notesOf(node, stats).map(note => `${indent}  · ${note}`),
    ...node.inputs.flatMap(input => physicalLines(input, stats, depth + 1)),
  ];
}

/** What has been measured at a place of the plan. */
function notesOf({ kind, operator, source }: ExplainedPhysical, stats: QueryStats | null): string[] {
  if (stats === null) return [];
  if (operator !== null) {
    const measured = stats.operators.at(operator - 1);
    return measured?.op === kind ? operatorNotes(measured) : [];
  }
  if (kind === 'table' && stats.table !== null) {
    const { rows, bytes, evicted } = stats.table;
    const dropped = evicted === 0 ? '' : `, ${numberText(evicted)} dropped`;
    return [`${numberText(rows)} rows, ${bytesText(bytes)}${dropped}`];
  }
  if (source === null) return [];
  const { rows, waiting, watermarkUs, idle, ended, late, lateByUs } = stats.sources[source];
  const waits = waiting === 0 ? '' : `, ${numberText(waiting)} wait for other sources`;
  return [
    `${numberText(rows)} rows${waits}, watermark ${markText(watermarkUs)}${idle && !ended ? ', silent' : ''}`,
    ...(late === 0
      ? []
      : [
          `${numberText(late)} rows later than its bound allows, by up to ${formatDuration(lateByUs)}: declare a watermark of that`,
        ]),
  ];
}

function operatorNotes(stats: OperatorStats): string[] {
  const {
    rowsIn,
    rowsOut,
    ms,
    stateRows,
    stateBytes,
    late,
    untimed,
    outside,
    unmatched,
    watermarkUs,
    heldBy,
    windows,
  } = stats;
  const parts = [
    `rows ${numberText(rowsIn)} → ${numberText(rowsOut)}`,
    `${ms.toFixed(1)} ms`,
    ...(stateRows === 0 ? [] : [`state ${numberText(stateRows)} rows, ${bytesText(stateBytes)}`]),
    ...(late === 0 ? [] : [`${numberText(late)} late`]),
    ...(untimed === 0 ? [] : [`${numberText(untimed)} without time`]),
    ...(outside === 0 ? [] : [`${numberText(outside)} outside of sessions`]),
    ...(unmatched === 0 ? [] : [`${numberText(unmatched)} of unknown keys`]),
    `watermark ${markText(watermarkUs)}${heldBy === null ? '' : ` (by source ${heldBy.source})`}`,
  ];
  return [
    parts.join(', '),
    ...shuffleNotes(stats),
    ...(stats.meeting === undefined ? [] : meetingNotes(stats.meeting)),
    ...(windows === null || windows.open === 0
      ? []
      : [`${numberText(windows.open)} windows open${windows.why === null ? '' : `: ${windows.why}`}`]),
  ];
}

/** What a mapReduce has sent to its partitions. */
function shuffleNotes({ shuffle }: OperatorStats): string[] {
  if (shuffle === null || shuffle.skew === null) return [];
  const { threads, pairs, combined, partitions, skew, heaviest } = shuffle;
  const bytes = partitions.reduce((total, each) => total + each.bytes, 0);
  const keys = partitions.map(each => numberText(each.keys)).join(' + ');
  const heavy = heaviest.map(({ key, pairs: count }) => `${key} (${((100 * count) / pairs).toFixed(1)}%)`);
  return [
    `${numberText(pairs)} pairs, ${numberText(combined)} after the combiner, ${bytesText(bytes)} shuffled, in ${threads === 0 ? 'this thread' : `${threads} threads`}`,
    `keys by partition ${keys}, the largest has ${skew.toFixed(2)} times the pairs of the mean`,
    `heaviest keys ${heavy.join(', ')}`,
  ];
}

/** How history and live rows meet, and what is missing between them. */
function meetingNotes({
  state,
  history,
  live,
  old,
  unnumbered,
  missing,
  gaps,
  keys,
}: MeetingStats): string[] {
  const again = (rows: number): string => (rows === 0 ? '' : ` (${numberText(rows)} had come before)`);
  const read = `${numberText(history.rows)} rows of history${again(history.duplicates)}`;
  const waits =
    state === 'history'
      ? `is being read, ${numberText(live.waiting)} live rows wait for its end`
      : `${numberText(live.waited)} live rows waited for its end`;
  const rest = [
    ...(old === 0 ? [] : [`${numberText(old)} too old to tell`]),
    ...(unnumbered === 0 ? [] : [`${numberText(unnumbered)} without a number or id`]),
  ];
  const lines = [
    [`${read}, which ${waits}`, `${numberText(live.rows)} live rows${again(live.duplicates)}`, ...rest].join(
      ', ',
    ),
  ];
  if (missing === null) {
    const apart = live.rows > 0 && live.duplicates === 0;
    lines.push(
      `whether rows are missing between them is not known: ids have no order${apart ? ', and no live row was in history' : ''}`,
    );
  } else if (missing === 0) lines.push('no number is missing');
  else {
    const runs = gaps.slice(0, GAPS_SHOWN).map(({ key, from, to }) => {
      const of = key === null ? '' : `${key} `;
      return from === to ? `${of}${from}` : `${of}${from} to ${to}`;
    });
    const more = gaps.length > GAPS_SHOWN ? ', …' : '';
    lines.push(`${numberText(missing)} numbers are missing: ${runs.join(', ')}${more}`);
  }
  if (keys !== null && keys.onlyHistory + keys.onlyLive > 0)
    lines.push(
      `${numberText(keys.both)} keys on both sides, ${numberText(keys.onlyHistory)} in history alone, ${numberText(keys.onlyLive)} in live alone`,
    );
  return lines;
}

function markText(us: number | null): string {
  if (us === null) return 'not yet';
  return us === Infinity ? 'at the end' : timeText(us);
}

/** A whole number with commas. */
function numberText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

function bytesText(bytes: number): string {
  if (bytes < 10_000) return `${numberText(bytes)} bytes`;
  return bytes < 10_000_000 ? `${numberText(bytes / 1000)} kB` : `${numberText(bytes / 1e6)} MB`;
}
