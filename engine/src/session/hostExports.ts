import { packColumn } from '../codecs/packedColumns.js';
import { PackedBytes, packNumbers } from '../codecs/packedNumbers.js';
import { MillraceError } from '../columns/error.js';
import { START_OF_TIME } from '../columns/time.js';
import { columnsRead } from '../physical/reads.js';
import { planSources } from '../plan/children.js';
import { canonicalJson, planHash } from '../plan/hash.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { PlanNode } from '../plan/plan.js';
import { replaceSources } from '../plan/replaceSources.js';
import { TURN_ROWS } from '../runtime/feed.js';
import type { Runtime } from '../runtime/runtime.js';
import { marksByTime, sameMarks } from '../sources/cached.js';
import type { OpenSource } from '../sources/source.js';
import {
  EXPORTED,
  type ExportReply,
  type ExportedSession,
  type ExportedSource,
  type ExportedView,
} from './exported.js';
import type { SourceBindings } from './hostBindings.js';
import { Rows } from './hostCaches.js';
import type { ParameterRegistry } from './hostParameters.js';
import { preparePlan } from './hostQueries.js';
import type { ViewRegistry } from './hostViews.js';

/** Something that cannot run anywhere else. */
export class ExportError extends MillraceError {
  override readonly name = 'ExportError';
}

/** More bytes of the sources' columns are not gathered, all together. */
const MOST_BYTES = 512 * 1024 * 1024;

/** A source that views read, and the columns that any of them looks at. */
interface ReadSource {
  readonly place: number;
  readonly node: SourceNode;
  columns: ReadonlySet<string> | null;
}

/**
 * Views as they can run again in another place: their plans over the rows that their sources gave, with the marks of these. What cannot, such as a
 * view of a live feed, is refused with a reason; the others are exported all the same.
 */
export async function exportViews(
  viewIds: readonly string[],
  runtime: Runtime,
  views: Pick<ViewRegistry, 'get'>,
  bindings: Pick<SourceBindings, 'resolve'>,
  parameters: Pick<ParameterRegistry, 'all'>,
): Promise<ExportReply> {
  const sources = new Map<string, ReadSource>();
  const found: ExportedView[] = [];
  const refused: ExportedSession['refused'][number][] = [];
  for (const viewId of viewIds) {
    try {
      const registered = views.get(viewId);
      if (registered === undefined) throw gone();
      // With the present values of inputs, which stay literals that have a name, and over what `session.use` put in place.
      const plan = await bindings.resolve(registered.plan, false);
      refuseFunctions(plan);
      const read = await noteReads(plan, runtime, sources);
      found.push({
        viewId,
        plan: printed(over(plan, read)),
        view: registered.view,
        sources: read.map(({ place }) => place),
      });
    } catch (error) {
      refused.push({ viewId, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const packed = new Map<
    ReadSource,
    { readonly source: ExportedSource; readonly bytes: Uint8Array } | Error
  >();
  let room = MOST_BYTES;
  for (const each of sources.values()) {
    if (!found.some(view => view.sources.includes(each.place))) continue;
    const result = await pack(each, runtime, room).catch((error: unknown) => asError(error));
    packed.set(each, result);
    if (!(result instanceof Error)) room -= result.bytes.length;
  }
  return complete(found, refused, packed, parameters);
}

/** The views whose sources are all there, over sources that are numbered anew. */
function complete(
  found: readonly ExportedView[],
  refused: ExportedSession['refused'][number][],
  packed: ReadonlyMap<ReadSource, { readonly source: ExportedSource; readonly bytes: Uint8Array } | Error>,
  parameters: Pick<ParameterRegistry, 'all'>,
): ExportReply {
  const byPlace = new Map(Array.from(packed, ([{ place }, result]) => [place, result]));
  const views: ExportedView[] = [];
  for (const view of found) {
    const failure = view.sources.map(place => byPlace.get(place)).find(result => result instanceof Error);
    if (failure === undefined) views.push(view);
    else refused.push({ viewId: view.viewId, reason: (failure as Error).message });
  }
  const sources: ExportedSource[] = [];
  const recordings: Uint8Array[] = [];
  for (let place = 0; place < Math.max(0, ...byPlace.keys()) + 1; place++) {
    const result = byPlace.get(place);
    const isThere = result !== undefined && !(result instanceof Error);
    sources.push(isThere ? result.source : EMPTY);
    recordings.push(isThere ? result.bytes : new Uint8Array(0));
  }
  return { session: { views, refused, sources, inputs: parameters.all }, recordings };
}

/** In the place of a source that no exported view reads. */
const EMPTY: ExportedSource = {
  name: '',
  fields: [],
  rows: 0,
  columns: [],
  marks: null,
  places: null,
  before: null,
  boundUs: 0,
  rejected: 0,
};

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function gone(): ExportError {
  return new ExportError('MR8510', 'it is not there any more: another cell has taken its place.', null);
}

/** Functions of the user's run in the process that made them, and are no part of a page. */
function refuseFunctions(plan: PlanNode): void {
  const name = functionIn(plan);
  if (name === null) return;
  throw new ExportError(
    'MR8511',
    `it calls a function of the notebook's, ${name}, which runs in the kernel alone.`,
    'Write it with expressions: .derive(), .where() and the aggregates of millrace.',
  );
}

/** The name of a function of the user's in a plan, or of what holds one. */
function functionIn(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return null;
  if (Array.isArray(data)) {
    for (const item of data) {
      const name = functionIn(item);
      if (name !== null) return name;
    }
    return null;
  }
  const { kind, fn, name, options, connector } = data as Readonly<Record<string, unknown>>;
  if (kind === 'apply') return `'${String(name)}'`;
  if (kind === 'mapReduce') return 'that of mapReduce()';
  if (fn === 'defined') return `'${String((options as { name?: unknown } | undefined)?.name)}'`;
  // What a source's options say is its own.
  if (kind === 'source' && typeof connector === 'string') return null;
  return functionIn(Object.values(data));
}

/** The sources of a plan that are to be taken along, each with the columns that the plan, or a part of it that runs by itself, looks at. */
async function noteReads(
  plan: PlanNode,
  runtime: Runtime,
  sources: Map<string, ReadSource>,
): Promise<ReadSource[]> {
  const nodes = planSources(plan);
  for (const node of nodes) {
    const open = await runtime.open(node);
    if (open.live) throw liveSource(open);
  }
  const noted = nodes.map(node => {
    const key = keyOf(node);
    let known = sources.get(key);
    if (known === undefined) sources.set(key, (known = { place: sources.size, node, columns: new Set() }));
    return known;
  });
  for (let part: PlanNode | null = plan; part !== null;) {
    const prepared = await preparePlan(part, runtime);
    for (const physical of [prepared.physical, prepared.running({ followed: true, part: null })]) {
      const reads = columnsRead(physical);
      physical.sources.forEach(({ node }, at) => {
        const known = sources.get(keyOf(node));
        if (known === undefined) return;
        const columns = reads[at];
        known.columns =
          columns === null || known.columns === null ? null : new Set([...known.columns, ...columns]);
      });
    }
    part = prepared.part;
  }
  return noted;
}

/** Histories go by the clock, or do not, as what follows them does: they are one source. */
function keyOf(node: SourceNode): string {
  return canonicalJson({ ...node, clocked: false });
}

function liveSource({ summary }: OpenSource): ExportError {
  return new ExportError(
    'MR8512',
    `its source '${summary.name}' is a live feed, of which nothing is recorded.`,
    `Record it, await ${summary.name}.record('${summary.name}.mrec'), and export a notebook that replays the recording.`,
  );
}

/** A plan over exported sources. */
function over(plan: PlanNode, read: readonly ReadSource[]): PlanNode {
  return replaceSources(plan, node => {
    const place = read.find(each => keyOf(each.node) === keyOf(node))!.place;
    return Object.freeze({ ...node, connector: EXPORTED, options: { cache: place }, fields: null });
  });
}

/** A plan as JSON; what is lost in it cannot be exported. */
function printed(plan: PlanNode): string {
  const text = JSON.stringify(plan);
  if (planHash(JSON.parse(text) as PlanNode) === planHash(plan)) return text;
  throw new ExportError('MR8513', 'a value in its query cannot be written down as JSON.', null);
}

/** Reads a source to its end, and packs its rows. */
async function pack(
  { node, columns }: ReadSource,
  runtime: Runtime,
  mostBytes: number,
): Promise<{ readonly source: ExportedSource; readonly bytes: Uint8Array }> {
  const open = await runtime.open(node);
  const { name, fields, boundUs, time } = open.summary;
  const rows = new Rows(fields, time !== null, true);
  const reader = open.read(columns);
  let rejected: number;
  try {
    for (let batch = await reader.next(TURN_ROWS); batch !== null; batch = await reader.next(TURN_ROWS)) {
      rows.take(batch);
      if (rows.bytes() > mostBytes) throw tooLarge(name);
      await runtime.yieldTurn();
    }
    rejected = reader.counters.rejected;
  } finally {
    await reader.close();
  }
  const { columns: lanes, marks, places, before, length } = rows.result();
  const to = new PackedBytes();
  const packed = lanes.map((column, at) =>
    columns !== null && !columns.has(fields[at].name) ? null : packColumn(column, to),
  );
  const kept = { fields, columns: lanes, length, marks, places, before, boundUs };
  const isByTime = marks !== null && time !== null && sameMarks(marks, marksByTime(kept, time, boundUs));
  const source: ExportedSource = {
    name,
    fields,
    rows: length,
    columns: packed,
    marks: marks === null || isByTime ? null : packNumbers(marks, to),
    places: places === null ? null : packNumbers(places, to),
    before: before === START_OF_TIME ? null : before,
    boundUs,
    rejected,
  };
  return { source, bytes: to.bytes() };
}

function tooLarge(name: string): ExportError {
  return new ExportError(
    'MR8514',
    `with its source '${name}' the views' sources hold more than ${MOST_BYTES / 1024 ** 2} MB in memory, which no page does.`,
    'Replay a part of it: write the rows of a day to a file of their own, and replay that.',
  );
}
