import type { ViewMessage } from '@millrace/protocol';
import { isWide, type Column } from '../columns/column.js';
import { MillraceError } from '../columns/error.js';
import type { Runtime } from '../runtime/runtime.js';
import type { ByteTarget, SinkConnector } from '../sinks/sink.js';
import type { ViewSource } from '../views/viewSource.js';

/** A download that cannot be made, or not to its end. */
class DownloadError extends MillraceError {
  override readonly name = 'DownloadError';
}

/** Bytes of a piece, which is one message, and pieces that may be under way. */
const PIECE_BYTES = 1024 * 1024;
const MOST_CREDIT = 4;
const BATCH_ROWS = 8192;
/** What a browser keeps of one download in its memory, and what is copied here for it. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_ROWS = 2_000_000;
/** A front end that asks for nothing more within so many milliseconds is gone. */
const LEASE_MS = 60_000;
const FORMATS = ['csv', 'parquet', 'arrow'] as const;

type Send = (message: ViewMessage, buffers: readonly Uint8Array[]) => void;

/** What downloads of a view need. */
interface DownloadContext {
  readonly runtime: Runtime;
  readonly sinks: readonly SinkConnector[];
  /** What the front end is shown: the rows that are downloaded, in their order. */
  readonly shown: () => ViewSource;
  readonly send: Send;
}

/** The downloads of one front end of a view, one at a time. */
export class ViewDownloads {
  #current: Download | null = null;

  constructor(readonly context: DownloadContext) {}

  /** Takes a request of the front end. @returns false where it is about something else */
  receive(request: unknown): boolean {
    if (typeof request !== 'object' || request === null) return false;
    const { type, id, format } = request as Readonly<Record<string, unknown>>;
    if (type !== 'download' && type !== 'downloadNext' && type !== 'downloadStop') return false;
    if (!Number.isSafeInteger(id)) return true;
    if (type === 'download') this.#start(id as number, format);
    else if (this.#current?.id !== id) return true;
    else if (type === 'downloadNext') this.#current?.next();
    else this.#current?.stop();
    return true;
  }

  close(): void {
    this.#current?.stop();
  }

  #start(id: number, format: unknown): void {
    const { context } = this;
    if (this.#current !== null) {
      const error = 'MR1664 Another download of this table is under way. Wait for its end, or stop it.';
      context.send({ type: 'download', id, end: null, error }, []);
      return;
    }
    const download = new Download(id, context);
    this.#current = download;
    void download.run(format).finally(() => {
      this.#current = null;
    });
  }
}

/** One download: a copy of the rows as they are now, written by a sink in pieces, each against credit. */
class Download implements ByteTarget {
  bytes = 0;
  #credit = MOST_CREDIT;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(
    readonly id: number,
    readonly context: DownloadContext,
  ) {}

  next(): void {
    this.#credit = Math.min(MOST_CREDIT, this.#credit + 1);
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** Never fails: what goes wrong is told to the front end. */
  async run(format: unknown): Promise<void> {
    const { send } = this.context;
    const { id } = this;
    try {
      const end = await this.#write(format);
      if (!this.#isStopped) send({ type: 'download', id, end, error: null }, []);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (!this.#isStopped) send({ type: 'download', id, end: null, error: text }, []);
    }
  }

  async #write(format: unknown): Promise<{ readonly rows: number; readonly bytes: number }> {
    const { runtime, sinks, shown } = this.context;
    const known = FORMATS.find(each => each === format);
    const openTo = sinks.find(({ name }) => name === known)?.openTo;
    if (known === undefined || openTo === undefined) {
      throw new DownloadError(
        'MR1665',
        'this format cannot be downloaded here.',
        `Take ${FORMATS.filter(each => sinks.some(({ name }) => name === each)).join(', ')}.`,
      );
    }
    const source = shown();
    const { schema, total } = source;
    if (total > MOST_ROWS) throw tooMuch(`it has ${total} rows, of ${MOST_ROWS} at most`);
    const columns = source.gather(source.positions(0, total));
    const bytes = columns.reduce(
      (sum, { data, valid }) => sum + data.byteLength + (valid?.byteLength ?? 0),
      0,
    );
    const holding = [{ what: `a download of ${total} rows`, bytes }];
    const forget = runtime.memory.add({ bytes: () => bytes, holdings: () => holding });
    try {
      const sink = await openTo(schema, {}, this);
      try {
        for (let from = 0; from < total; from += BATCH_ROWS) {
          const length = Math.min(BATCH_ROWS, total - from);
          const cut = columns.map(column => slice(column, from, from + length));
          await sink.write({ schema, length, columns: cut, kinds: null, marks: null, watermark: -Infinity });
          await runtime.yieldTurn();
        }
        return await sink.finish();
      } catch (error) {
        await sink.abort(error).catch(() => undefined);
        throw error;
      }
    } finally {
      forget();
    }
  }

  /** Sends bytes in pieces, each when the front end has room for it. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      if (this.#credit === 0) await this.#room();
      if (this.#isStopped) throw new DownloadError('MR1667', 'the download was stopped.', 'Begin it again.');
      const piece = bytes.slice(from, from + PIECE_BYTES);
      this.bytes += piece.length;
      if (this.bytes > MOST_BYTES) throw tooMuch(`its file is larger than ${MOST_BYTES / 1024 / 1024} MB`);
      this.#credit--;
      this.context.send({ type: 'download', id: this.id, end: null, error: null }, [piece]);
    }
  }

  async finish(): Promise<void> {}

  async abort(): Promise<void> {}

  async #room(): Promise<void> {
    const { world } = this.context.runtime.options;
    await new Promise<void>(resolve => {
      const cancel = world.after(LEASE_MS, () => this.stop());
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}

function slice(column: Column, from: number, to: number): Column {
  const { data, valid } = column;
  const cut = isWide(column)
    ? (data as BigInt64Array).slice(from, to)
    : (data as Float64Array).slice(from, to);
  return { ...column, data: cut, valid: valid?.slice(from, to) ?? null };
}

function tooMuch(what: string): DownloadError {
  return new DownloadError(
    'MR1666',
    `the table is too much for a download: ${what}.`,
    "Filter it first, or write it to a file: await t.writeTo(file.parquet('all.parquet')).",
  );
}
