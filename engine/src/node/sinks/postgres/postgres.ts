import type { Batch } from '../../../columns/batch.js';
import type { Field } from '../../../columns/types.js';
import type { OpenSink, SinkConnector } from '../../../sinks/sink.js';
import { SourceError } from '../../../sources/error.js';
import { reveal, withoutSecrets, type RevealedOptions } from '../../secrets.js';
import { token } from '../sinkOptions.js';
import { netChanges } from './changes.js';
import { PostgresConnection } from './connection.js';
import { connectError, writeError } from './errors.js';
import { quoted } from './names.js';
import { placeOf, writeOf, type PostgresWrite } from './options.js';
import { InsertProgress } from './progress.js';
import { targetTable, type TargetTable } from './table.js';
import { arrayText, rowsByColumn } from './values.js';

/** Tables of Postgres. Options: see `dsl/postgres.ts`. */
export const postgresSink: SinkConnector = {
  name: 'postgres',
  takesChanges: options => options.mode === 'upsert',
  async open(schema, options, world, request) {
    const revealed = await reveal(options, world.directory);
    try {
      const place = placeOf(revealed);
      const write = writeOf(revealed.options);
      const name = token(world);
      const key = write.mode === 'upsert' ? keyOf(write, request?.key ?? null, schema.fields, request?.changes) : null;
      const connection = new PostgresConnection(place, world, `millrace ${name}`);
      try {
        await connection.query('SELECT 1').catch((error: unknown) => {
          throw connectError(error, place.shown);
        });
        const table = await targetTable(connection, write, schema.fields, key);
        const counted =
          key === null ? await InsertProgress.begin(connection, write.schema, write.resume, name) : null;
        return new PostgresTable(connection, schema.fields, table, key, counted, revealed);
      } catch (error) {
        await connection.close();
        throw error instanceof SourceError ? error : openError(error);
      }
    } catch (error) {
      throw withoutSecrets(error, revealed);
    }
  },
};

/** What goes wrong at the beginning is told at once: nothing has been written, and nobody waits. */
function openError(error: unknown): SourceError {
  const { code, text, hint } = writeError(error);
  return new SourceError(code, text, hint);
}

/** The key by which rows take each other's place. Error `MR3915` where there is none. */
function keyOf(
  { key, table }: PostgresWrite,
  known: readonly string[] | null,
  fields: readonly Field[],
  changes = false,
): readonly string[] {
  const names = key ?? known;
  if (names === null || names.length === 0) {
    throw new SourceError(
      'MR3915',
      `an upsert into '${table}' needs to know which columns name one row.`,
      "Say them: key: ['symbol', 'windowEnd'].",
    );
  }
  const missing = names.find(name => !fields.some(field => field.name === name));
  if (missing !== undefined) {
    throw new SourceError('MR3915', `the key of '${table}' names a column '${missing}', which the rows do not have.`);
  }
  const other = changes && known !== null && JSON.stringify([...names].sort()) !== JSON.stringify([...known].sort());
  if (!other) return names;
  throw new SourceError(
    'MR3915',
    `the rows of this table are named by ${known.join(', ')}, and its changes cannot be applied by ${names.join(', ')}.`,
    'Leave key out, or write final rows.',
  );
}

interface Counted {
  readonly progress: InsertProgress;
  readonly position: number;
}

class PostgresTable implements OpenSink {
  readonly position: number;
  bytes = 0;
  #rows = 0;

  constructor(
    private readonly connection: PostgresConnection,
    private readonly fields: readonly Field[],
    private readonly table: TargetTable,
    private readonly key: readonly string[] | null,
    private readonly counted: Counted | null,
    private readonly revealed: RevealedOptions,
  ) {
    this.position = counted?.position ?? 0;
  }

  write(batch: Batch): Promise<void> {
    return this.writeAll([batch], this.position + this.#rows);
  }

  async writeAll(batches: readonly Batch[], position: number): Promise<void> {
    try {
      const columns = rowsByColumn(
        batches,
        this.fields.map(field => field.name),
        this.table.asText,
      );
      const rows = batches.reduce((total, { length }) => total + length, 0);
      if (this.key === null) await this.#insert(columns, position, rows);
      else await this.#upsert(batches, columns, this.key);
      this.#rows += rows;
    } catch (error) {
      throw withoutSecrets(writeError(error), this.revealed);
    }
  }

  async finish(): Promise<{ readonly rows: number; readonly bytes: number }> {
    // A count that is left behind does no harm.
    await this.counted?.progress.end(this.connection).catch(() => undefined);
    await this.connection.close();
    return { rows: this.#rows, bytes: this.bytes };
  }

  async abort(): Promise<void> {
    await this.finish();
  }

  async #insert(columns: readonly (string | null)[][], position: number, rows: number): Promise<void> {
    const progress = this.counted!.progress;
    await this.connection.transaction(async () => {
      if (!(await progress.count(this.connection, position, position + rows))) return;
      await this.#put(columns, '');
    });
  }

  async #upsert(
    batches: readonly Batch[],
    columns: readonly (string | null)[][],
    key: readonly string[],
  ): Promise<void> {
    const places = key.map(name => this.fields.findIndex(field => field.name === name));
    const { sets, deletes } = netChanges(
      batches,
      places.map(at => columns[at]),
    );
    const rowsOf = (at: number, rows: readonly number[]): (string | null)[] => rows.map(row => columns[at][row]);
    await this.connection.transaction(async () => {
      if (deletes.length > 0) await this.#delete(places, places.map(at => rowsOf(at, deletes)));
      if (sets.length === 0) return;
      const others = this.fields.map(field => quoted(field.name)).filter((_, at) => !places.includes(at));
      const update = others.map(name => `${name} = excluded.${name}`).join(', ');
      const names = key.map(quoted).join(', ');
      await this.#put(
        columns.map((_, at) => rowsOf(at, sets)),
        `ON CONFLICT (${names}) DO ${update === '' ? 'NOTHING' : `UPDATE SET ${update}`}`,
      );
    });
  }

  async #put(columns: readonly (readonly (string | null)[])[], conflict: string): Promise<void> {
    const names = this.fields.map(field => quoted(field.name)).join(', ');
    await this.#send(
      `INSERT INTO ${this.table.name} (${names}) SELECT * FROM unnest(${this.#arrays(this.fields.keys())}) ${conflict}`,
      columns,
    );
  }

  async #delete(places: readonly number[], columns: readonly (readonly (string | null)[])[]): Promise<void> {
    const names = places.map((_, k) => `k${k}`);
    // An index finds equal values alone; NULL is one value of a key here.
    const same = places.map((at, k) => {
      const { name, nullable } = this.fields[at];
      return `t.${quoted(name)} ${nullable ? 'IS NOT DISTINCT FROM' : '='} k.${names[k]}`;
    });
    await this.#send(
      `DELETE FROM ${this.table.name} t USING unnest(${this.#arrays(places)}) AS k(${names.join(', ')}) WHERE ${same.join(' AND ')}`,
      columns,
    );
  }

  /** The parameters, one array for each of these columns. */
  #arrays(places: Iterable<number>): string {
    return [...places].map((at, k) => `$${k + 1}::${this.table.types[at]}`).join(', ');
  }

  async #send(text: string, columns: readonly (readonly (string | null)[])[]): Promise<void> {
    const arrays = columns.map(arrayText);
    await this.connection.query(text, arrays);
    for (const array of arrays) this.bytes += array.length;
  }
}
