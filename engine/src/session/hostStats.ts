import { formatDuration } from '../columns/duration.js';
import { formatTimestamp } from '../columns/iso.js';
import type { EventTime } from '../columns/time.js';
import { operatorText } from '../physical/operatorText.js';
import type { PhysicalInput, PhysicalPlan } from '../physical/physical.js';
import { InputMerge } from '../runtime/inputMerge.js';
import { mergeInputs } from '../runtime/oneShot.js';
import { Pipeline } from '../runtime/pipeline.js';
import type { RunningQuery } from '../runtime/query.js';
import type { OpenSource } from '../sources/source.js';
import type { OperatorStats, QueryStats, SourceStats, WatermarkHolder, WindowStats } from './stats.js';

const DAY_US = 86_400_000_000;

/** A running or finished plan that statistics are made of. */
export interface Measured {
  readonly pipeline: Pipeline;
  readonly merge: InputMerge;
  readonly sources: readonly OpenSource[];
}

/** A plan that nothing has run. */
export function unmeasured(physical: PhysicalPlan, sources: readonly OpenSource[]): Measured {
  const pipeline = new Pipeline(
    physical,
    () => undefined,
    () => 0,
  );
  return { pipeline, merge: new InputMerge(mergeInputs(physical, sources), pipeline), sources };
}

/** The statistics of a running query. */
export function queryStats(query: RunningQuery, sources: readonly OpenSource[]): QueryStats {
  const { table, error, pipeline, merge } = query;
  const state =
    error !== null
      ? 'failed'
      : query.ended
        ? 'ended'
        : query.context.clock.mode === 'paused'
          ? 'paused'
          : 'running';
  return {
    ...pipelineStats({ pipeline, merge, sources }, state),
    error: error?.message ?? null,
    table: { rows: table.total, bytes: table.bytes, evicted: table.evicted },
  };
}

/** The statistics of a pipeline, without a table. */
export function pipelineStats(measured: Measured, state: QueryStats['state']): QueryStats {
  const { pipeline } = measured;
  const sources = sourceStats(measured);
  return {
    state,
    error: null,
    rowsIn: sources.reduce((total, { rows }) => total + rows, 0),
    late: pipeline.late,
    sources,
    operators: pipeline.operators.map((_, at) => operatorStats(pipeline, at, sources)),
    table: null,
  };
}

function sourceStats({ pipeline, merge, sources }: Measured): SourceStats[] {
  return pipeline.plan.sources.map(({ node }, at): SourceStats => {
    const { rows, watermark, highest, idle } = pipeline.meter.sources[at];
    const { boundUs, boundFrom } = sources[at].summary;
    const { lateness } = sources[at];
    return {
      name: node.name,
      rows,
      waiting: merge.rowsWaiting(at),
      watermarkUs: watermark === -Infinity ? null : watermark,
      boundUs,
      boundFrom,
      late: lateness?.rows ?? 0,
      lateByUs: lateness?.byUs ?? 0,
      lastTimeUs: highest === -Infinity ? null : highest + boundUs,
      idleTimeoutUs: node.time?.idleTimeoutUs ?? null,
      idle,
      ended: watermark === Infinity,
    };
  });
}

function operatorStats(pipeline: Pipeline, at: number, sources: readonly SourceStats[]): OperatorStats {
  const operator = pipeline.operators[at];
  const step = pipeline.plan.operators[at];
  const { rowsIn, rowsOut, ms, watermark } = pipeline.meter.operators[at];
  const holder = holderOf(pipeline, { operator: at }, sources);
  return {
    operator: at + 1,
    op: step.op,
    text: operatorText(step),
    rowsIn,
    rowsOut,
    ms: Math.round(ms * 1000) / 1000,
    stateRows: operator.stateRows(),
    stateBytes: operator.bytes(),
    late: operator.counters.late,
    untimed: operator.counters.untimed,
    outside: operator.counters.outside ?? 0,
    unmatched: operator.counters.unmatched ?? 0,
    watermarkUs: watermark === -Infinity ? null : watermark,
    heldBy: holder === null ? null : describeHolder(holder),
    windows: windowStats(pipeline, at, holder),
    shuffle: operator.shuffle?.() ?? null,
    ...(operator.meeting === undefined ? {} : { meeting: operator.meeting() }),
  };
}

/** The source whose watermark an input's watermark waits for: the lowest one of those that are waited for. */
function holderOf(
  pipeline: Pipeline,
  input: PhysicalInput,
  sources: readonly SourceStats[],
): SourceStats | null {
  if ('source' in input) {
    const source = sources[input.source];
    return source.ended ? null : source;
  }
  const holders = pipeline.plan.operators[input.operator].inputs
    .map(each => holderOf(pipeline, each, sources))
    .filter(holder => holder !== null);
  const waited = holders.some(({ idle }) => !idle) ? holders.filter(({ idle }) => !idle) : holders;
  return waited.reduce<SourceStats | null>(
    (lowest, each) =>
      lowest === null || (each.watermarkUs ?? -Infinity) < (lowest.watermarkUs ?? -Infinity) ? each : lowest,
    null,
  );
}

function describeHolder({ name, watermarkUs, boundUs, lastTimeUs, idle }: SourceStats): WatermarkHolder {
  return { source: name, watermarkUs, boundUs, lastTimeUs, idle };
}

function windowStats(pipeline: Pipeline, at: number, holder: SourceStats | null): WindowStats | null {
  const windows = pipeline.operators[at].openWindows?.();
  if (windows === undefined) return null;
  const { count, oldestEnd } = windows;
  const step = pipeline.plan.operators[at];
  const latenessUs = 'allowedLatenessUs' in step ? step.allowedLatenessUs : 0;
  const why = oldestEnd === null || holder === null ? null : whyOpen(oldestEnd, latenessUs, holder);
  return { open: count, oldestEndUs: oldestEnd, why };
}

/** Why a window has not closed, or is not final, in one sentence. */
function whyOpen(end: EventTime, latenessUs: number, holder: SourceStats): string {
  const { name, watermarkUs, lastTimeUs, boundUs, idle } = holder;
  const source = `source '${name}'${idle ? ', which is silent' : ''}`;
  if (watermarkUs === null || lastTimeUs === null)
    return `window ending ${timeText(end)} waits for ${source}, which has given no row yet`;
  const day = Math.floor(end / DAY_US) === Math.floor(lastTimeUs / DAY_US) ? timeOfDay : timeText;
  const bound =
    boundUs === 0 ? '' : ` (its last event time ${day(lastTimeUs)} less ${formatDuration(boundUs)})`;
  const is = `${source}, whose watermark is ${day(watermarkUs)}${bound}`;
  if (watermarkUs < end) return `window ending ${day(end)} waits for ${is}`;
  const final = day(end + latenessUs);
  return `window ending ${day(end)} has closed and takes late rows until ${final}; it waits for ${is}`;
}

/** An event time as ISO text, without zeros that say nothing. */
export function timeText(us: EventTime): string {
  return formatTimestamp(BigInt(Math.floor(us)), 'us').replace(/(:\d\d)\.0+Z$/, '$1Z');
}

function timeOfDay(us: EventTime): string {
  return timeText(us).slice(11, -1);
}
