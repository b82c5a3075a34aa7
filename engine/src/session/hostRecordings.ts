import { MillraceError } from '../columns/error.js';
import { filterNode } from '../plan/build.js';
import { planSources } from '../plan/children.js';
import { decodeOptions } from '../plan/decodeOptions.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import { publicAddress } from '../sources/address.js';
import type { Recorder, Recorders, RecordingHeader } from '../sources/recorder.js';
import type { OpenSource } from '../sources/source.js';
import { toWireError } from './errors.js';
import { preparePlan, type HeldQuery, type QueryRegistry } from './hostQueries.js';
import type { HostReplies, HostRequest } from './protocol.js';

/** A stream that cannot be recorded, or a recording that is not there. */
export class RecordError extends MillraceError {
  override readonly name = 'RecordError';
}

type Request<Type extends HostRequest['type']> = Extract<HostRequest, { type: Type }>;

interface HeldRecording {
  readonly owner: string | null;
  readonly path: string;
  readonly recorder: Recorder;
  /** What keeps the feed going, also while nothing looks at it. */
  readonly held: HeldQuery;
  readonly stopListening: () => void;
  ending: Promise<void> | null;
}

/** The recordings of a session: what arrives, written down until its cell is run again. */
export class RecordingRegistry {
  readonly #recordings = new Map<string, HeldRecording>();
  #lastId = 0;

  constructor(
    private readonly runtime: Runtime,
    private readonly queries: QueryRegistry,
    private readonly recorders: Recorders | null,
    private readonly notice: (owner: string | null, text: string) => void,
  ) {}

  async open({ plan, path, exists, owner }: Request<'record'>): Promise<HostReplies['record']> {
    // A recording that a cell's earlier run has made ends, and its connection with it, before the next one is begun.
    for (const { ending } of this.#recordings.values()) await ending;
    const { node, source } = await this.#liveSource(plan);
    if (this.recorders === null) {
      throw new RecordError(
        'MR3806',
        'there are no files here to record to.',
        'Record under Node, or in a notebook.',
      );
    }
    const { world } = this.runtime.options;
    const header = headerOf(node, source, Math.round(world.now() * 1000));
    const recorder = await this.recorders.begin(path, header, exists, world, error =>
      this.notice(owner, error.message),
    );
    try {
      const { held, stopListening } = await this.#listen(node, recorder);
      const recordingId = `r${++this.#lastId}`;
      this.#recordings.set(recordingId, { owner, path, recorder, held, stopListening, ending: null });
      return { recordingId };
    } catch (error) {
      await recorder.finish().catch(() => undefined);
      throw error;
    }
  }

  /** Listens to a source before it is read, and holds it from then on. */
  async #listen(
    node: SourceNode,
    recorder: Recorder,
  ): Promise<Pick<HeldRecording, 'held' | 'stopListening'>> {
    for (;;) {
      const source = await this.runtime.open(node);
      const stopListening = source.tap?.(arrival => recorder.add(arrival)) ?? (() => undefined);
      try {
        const held = await this.queries.hold(withoutRows(node));
        // Whoever held it before may have let it go meanwhile: then it is another connection.
        if (held.prepared.sources[0] === source) return { held, stopListening };
        stopListening();
        await this.queries.release(held);
      } catch (error) {
        stopListening();
        throw error;
      }
    }
  }

  /** Those that go on, and those that have ended until their cells are run again. */
  get all(): readonly (HeldRecording & { readonly recordingId: string })[] {
    return [...this.#recordings].map(([recordingId, recording]) => ({ ...recording, recordingId }));
  }

  stats({ recordingId }: Request<'recordingStats'>): HostReplies['recordingStats'] {
    const { recorder, ending } = this.#get(recordingId);
    const error = recorder.error === null ? null : toWireError(recorder.error);
    return { ...recorder.stats, error, isOver: ending !== null || error !== null };
  }

  async stop({ recordingId }: Request<'recordingStop'>): Promise<HostReplies['recordingStop']> {
    const recording = this.#get(recordingId);
    await this.#end(recording);
    // What stopped it earlier is told to whoever stops it.
    if (recording.recorder.error !== null) throw recording.recorder.error;
    return recording.recorder.stats;
  }

  /** Ends the recordings of an owner; of all owners where none is named. */
  async endAll(owner?: string): Promise<void> {
    const of = [...this.#recordings].filter(([, each]) => owner === undefined || each.owner === owner);
    await Promise.all(of.map(([, recording]) => this.#end(recording)));
    for (const [id] of of) this.#recordings.delete(id);
  }

  #end(recording: HeldRecording): Promise<void> {
    const { recorder, held, stopListening } = recording;
    recording.ending ??= (async () => {
      stopListening();
      await recorder.finish().catch(() => undefined);
      await this.queries.release(held);
    })();
    return recording.ending;
  }

  #get(recordingId: string): HeldRecording {
    const recording = this.#recordings.get(recordingId);
    if (recording !== undefined) return recording;
    throw new RecordError(
      'MR3809',
      'this recording has ended: its cell has been run again, or its session is over.',
      'Record again: await trades.record(…).',
    );
  }

  /** The one source of a plan, which has to be a connection. */
  async #liveSource(plan: PlanNode): Promise<{ readonly node: SourceNode; readonly source: OpenSource }> {
    const { sources } = await preparePlan(plan, this.runtime);
    const nodes = planSources(plan);
    const [source] = sources;
    if (sources.length === 1 && source.tap !== undefined) return { node: nodes[0], source };
    if (sources.length > 1) {
      const names = nodes.map(({ name }) => `'${name}'`).join(', ');
      throw new RecordError(
        'MR3807',
        `record() keeps what arrives over one connection, and this stream has ${sources.length} sources: ${names}.`,
        'Record each of them, and replay them together: they stay aligned as they were.',
      );
    }
    throw new RecordError(
      'MR3807',
      `record() keeps what arrives over a connection, and '${source.summary.name}' has none.`,
      "Write its rows instead: await t.writeTo(file.parquet('trades.parquet')).",
    );
  }
}

/** A query that reads a source and keeps nothing of it. */
function withoutRows(input: SourceNode): PlanNode {
  return filterNode({ input, predicate: { kind: 'literal', type: { kind: 'boolean' }, value: false } });
}

function headerOf(node: SourceNode, { summary }: OpenSource, createdUs: number): RecordingHeader {
  const { url, receivedAt } = node.options;
  const { fields, boundUs } = summary;
  return {
    name: node.name,
    address: typeof url === 'string' ? publicAddress(url) : null,
    options: decodeOptions(node.options),
    // The column of receive times is made when the recording is read, as it was then.
    fields: fields.at(-1)?.name === receivedAt ? fields.slice(0, -1) : fields,
    time: node.time === null ? null : { ...node.time, boundUs },
    createdUs,
  };
}
