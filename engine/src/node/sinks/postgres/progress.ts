import { SourceError } from '../../../sources/error.js';
import type { PostgresConnection } from './connection.js';
import { quotedTable } from './names.js';

/**
 * How many rows of a write are in the database: a row of the table `millrace_progress`, changed in the transaction that inserts them. So after a lost
 * connection it can be told whether they came through.
 */
export class InsertProgress {
  readonly #table: string;

  private constructor(
    schema: string,
    private readonly name: string,
    /** Whether the count stays for a later session. */
    private readonly stays: boolean,
  ) {
    this.#table = quotedTable(schema, 'millrace_progress');
  }

  /** Begins to count, or goes on with the count of an earlier session. Error `MR3920` where the table cannot be made. */
  static async begin(
    connection: PostgresConnection,
    schema: string,
    resume: string | null,
    token: string,
  ): Promise<{ readonly progress: InsertProgress; readonly position: number }> {
    const progress = new InsertProgress(schema, resume ?? `write ${token}`, resume !== null);
    return { progress, position: await progress.#begin(connection) };
  }

  async #begin(connection: PostgresConnection): Promise<number> {
    await this.#makeTable(connection);
    await connection.query(`INSERT INTO ${this.#table} (name, rows) VALUES ($1, 0) ON CONFLICT DO NOTHING`, [
      this.name,
    ]);
    return this.#rows(connection);
  }

  async #makeTable(connection: PostgresConnection): Promise<void> {
    const there = await connection.query('SELECT to_regclass($1) IS NOT NULL AS there', [this.#table]);
    if (there.rows[0].there === true) return;
    try {
      await connection.query(
        `CREATE TABLE IF NOT EXISTS ${this.#table} (name text PRIMARY KEY, rows bigint NOT NULL, changed timestamptz NOT NULL DEFAULT now())`,
      );
    } catch (error) {
      const { code, message } = error as { readonly code?: string; readonly message: string };
      // Another write made it at the same moment.
      if (code === '23505' || code === '42P07') return;
      if (code === undefined || code.startsWith('08') || code.startsWith('57')) throw error;
      throw new SourceError(
        'MR3920',
        `the table ${this.#table}, in which rows that are inserted are counted, cannot be made: ${message}.`,
        "Let this user make it, make it ahead (name text PRIMARY KEY, rows bigint NOT NULL, changed timestamptz DEFAULT now()), or write mode: 'upsert', which needs none.",
      );
    }
  }

  async #rows(connection: PostgresConnection): Promise<number> {
    const { rows } = await connection.query(`SELECT rows::text FROM ${this.#table} WHERE name = $1`, [this.name]);
    return rows.length === 0 ? -1 : Number(rows[0].rows);
  }

  /** Within a transaction: counts rows. False where they have been counted before: then they are in the table. Error `MR3920` for another count. */
  async count(connection: PostgresConnection, from: number, to: number): Promise<boolean> {
    const { count } = await connection.query(
      `UPDATE ${this.#table} SET rows = $2::bigint, changed = now() WHERE name = $1 AND rows = $3::bigint`,
      [this.name, String(to), String(from)],
    );
    if (count === 1) return true;
    const rows = await this.#rows(connection);
    if (rows === to) return false;
    throw new SourceError(
      'MR3920',
      `'${this.name}' has ${rows} rows counted in ${this.#table} where ${from} were written: another write goes by the same name.`,
      'Give each write a name of its own: resume: …',
    );
  }

  async end(connection: PostgresConnection): Promise<void> {
    if (this.stays) return;
    await connection.query(`DELETE FROM ${this.#table} WHERE name = $1`, [this.name]);
  }
}
