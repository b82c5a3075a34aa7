import type { Batch } from '../../engine/src/columns/batch.js';
import { ROW_KIND_NAMES } from '../../engine/src/columns/batch.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { TransientSinkError } from '../../engine/src/sinks/error.js';
import type { SinkConnector, SinkRequest } from '../../engine/src/sinks/sink.js';

/** A sink that keeps rows as texts, and can be made to fail. */
export interface ListSink extends SinkConnector {
  readonly rows: string[];
  readonly events: string[];
  request: SinkRequest | null;
  /** Called before each batch is taken: it may wait, or throw. */
  before: () => Promise<void> | void;
}

/** Rows as texts, with what they do where they may do anything. */
export function rowTexts({ columns, kinds, length }: Batch, changes: boolean): string[] {
  return Array.from({ length }, (_, at) => {
    const row = columns.map(column => String(valueAt(column, at))).join(',');
    return changes ? `${ROW_KIND_NAMES[kinds?.[at] ?? 0]} ${row}` : row;
  });
}

export function listSink(options: Partial<SinkConnector> = {}): ListSink {
  const rows: string[] = [];
  const events: string[] = [];
  const sink: ListSink = {
    name: 'list',
    rows,
    events,
    request: null,
    before: () => undefined,
    ...options,
    open: (_schema, _options, _world, request) => {
      events.push('open');
      sink.request = request ?? null;
      let written = 0;
      return Promise.resolve({
        async write(batch) {
          await sink.before();
          rows.push(...rowTexts(batch, request?.changes === true));
          written += batch.length;
        },
        finish() {
          events.push('finish');
          return Promise.resolve({ rows: written, bytes: 0 });
        },
        abort() {
          events.push('abort');
          return Promise.resolve();
        },
      });
    },
  };
  return sink;
}

export const troubled = (): never => {
  throw new TransientSinkError('MR3999', 'the sink is away.');
};
