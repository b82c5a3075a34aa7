import { encodeArrow } from '../../codecs/arrow.js';
import type { Column } from '../../columns/column.js';
import { columnOf } from '../../columns/values.js';
import type { Schema } from '../../columns/schema.js';
import { choiceOption, type Options } from '../../sources/options.js';
import type { ByteTarget, OpenSink, SinkConnector } from '../../sinks/sink.js';
import { parquetWasm } from '../parquetWasm.js';
import { fileSink } from './fileSink.js';

const ROW_GROUP_ROWS = 131_072;

/** Parquet files, in row groups of 131,072 rows. Options: `path`; `compression` ('zstd', 'snappy' or 'none'). */
export const parquetSink: SinkConnector = fileSink('parquet', openTo);

async function openTo(schema: Schema, options: Options, target: ByteTarget): Promise<OpenSink> {
  const compression = choiceOption(options, 'compression', ['zstd', 'snappy', 'none'], 'zstd');
  const library = await parquetWasm();
  const { Compression, WriterPropertiesBuilder } = library;
  const codecs = { zstd: Compression.ZSTD, snappy: Compression.SNAPPY, none: Compression.UNCOMPRESSED };
  const properties = () =>
    new WriterPropertiesBuilder()
      .setCompression(codecs[compression])
      .setMaxRowGroupSize(ROW_GROUP_ROWS)
      .setCreatedBy('millrace')
      .build();
  return new ParquetWriter(library, schema, properties, target);
}

type Library = Awaited<ReturnType<typeof parquetWasm>>;

/** Hands batches to the library's writer as it asks for them, and its bytes to the file. */
class ParquetWriter implements OpenSink {
  #rows = 0;
  #batches: ReadableStreamDefaultController | null = null;
  /** Resolves when the library asks for the next batch. */
  #asked: Promise<void> = Promise.resolve();
  #ask: () => void = () => undefined;
  #done: Promise<void> | null = null;

  constructor(
    private readonly library: Library,
    private readonly schema: Schema,
    private readonly properties: () => ReturnType<InstanceType<Library['WriterPropertiesBuilder']>['build']>,
    private readonly file: ByteTarget,
  ) {}

  get bytes(): number {
    return this.file.bytes;
  }

  async write(batch: { readonly columns: readonly Column[]; readonly length: number }): Promise<void> {
    if (batch.length === 0) return;
    this.#rows += batch.length;
    this.#done ??= this.#start();
    await Promise.race([this.#asked, this.#done]);
    this.#asked = new Promise(resolve => {
      this.#ask = resolve;
    });
    const arrow = encodeArrow(this.schema.fields, batch.columns, batch.length);
    const table = this.library.Table.fromIPCStream(arrow);
    for (const each of table.recordBatches()) this.#batches?.enqueue(each);
    table.free();
  }

  async finish(): Promise<{ readonly rows: number; readonly bytes: number }> {
    if (this.#done === null) await this.#writeEmpty();
    else {
      this.#batches?.close();
      await this.#done;
    }
    await this.file.finish();
    return { rows: this.#rows, bytes: this.file.bytes };
  }

  async abort(): Promise<void> {
    if (this.#done !== null) {
      this.#batches?.error(new Error('given up'));
      await this.#done.catch(() => undefined);
    }
    await this.file.abort();
  }

  async #start(): Promise<void> {
    const batches = new ReadableStream(
      {
        start: controller => {
          this.#batches = controller;
        },
        pull: () => {
          this.#ask();
        },
      },
      { highWaterMark: 1 },
    );
    this.#asked = new Promise(resolve => {
      this.#ask = resolve;
    });
    const bytes = await this.library.transformParquetStream(batches as never, this.properties());
    for await (const chunk of bytes as unknown as AsyncIterable<Uint8Array>) await this.file.write(chunk);
  }

  /** A file of no rows still has its schema. */
  async #writeEmpty(): Promise<void> {
    const columns = this.schema.fields.map(field => columnOf(field.type, []));
    const table = this.library.Table.fromIPCStream(encodeArrow(this.schema.fields, columns, 0));
    await this.file.write(this.library.writeParquet(table, this.properties()));
  }
}
