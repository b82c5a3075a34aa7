import pg from 'pg';
import { TransientSinkError } from '../../../sinks/error.js';
import type { World } from '../../../sources/source.js';
import type { PostgresPlace } from './options.js';

/** A server that does not answer for so many milliseconds is taken to be gone. */
const ANSWER_MS = 6000;
const CONNECT_MS = 4000;

/** What the server answered. */
export interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly count: number;
}

/**
 * One connection, which is made when it is needed and again after it was lost. What was under way when it was lost fails with an error that passes; whether a
 * transaction was committed is for the caller to find out.
 */
export class PostgresConnection {
  #client: pg.Client | null = null;
  #connections = 0;
  #lost: Error | null = null;
  /** The connection of the transaction that is under way: what is left of it must not go over another one. */
  #pinned: pg.Client | null = null;

  constructor(
    private readonly place: PostgresPlace,
    private readonly world: World,
    /** What the server calls it: unlike that of any other. */
    private readonly name: string,
  ) {}

  /** One statement. */
  async query(text: string, values: readonly (string | null)[] = []): Promise<Answer> {
    const client = await this.#connected();
    const { rows, rowCount } = await this.#timely(
      client.query<Record<string, unknown>>(text, [...values]),
      ANSWER_MS,
      'does not answer',
    );
    return { rows, count: rowCount ?? 0 };
  }

  /** Statements of one transaction. */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.query('BEGIN');
    this.#pinned = this.#client;
    try {
      const result = await work();
      await this.query('COMMIT');
      return result;
    } catch (error) {
      // Where the connection is gone the server gives the transaction up by itself.
      if (this.#client === this.#pinned && this.#lost === null)
        await this.query('ROLLBACK').catch(() => this.#drop());
      throw error;
    } finally {
      this.#pinned = null;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client !== null) await this.#timely(client.end(), 1000, 'does not say good-bye').catch(() => destroy(client));
  }

  async #connected(): Promise<pg.Client> {
    if (this.#lost !== null) this.#drop();
    if (this.#pinned !== null && this.#pinned !== this.#client)
      throw new TransientSinkError('MR3919', `the connection to Postgres at ${this.place.shown} was lost.`);
    if (this.#client !== null) return this.#client;
    const client = new pg.Client({ ...this.place.config, application_name: this.name });
    client.on('error', error => {
      if (this.#client === client) this.#lost = error;
    });
    this.#client = client;
    await this.#timely(client.connect(), CONNECT_MS, 'does not answer');
    await this.#timely(client.query(SETTINGS), ANSWER_MS, 'does not answer');
    // The server may still hold what a connection of ours that is gone has begun.
    if (this.#connections++ > 0)
      await this.#timely(client.query(END_OTHERS, [this.name]), ANSWER_MS, 'does not answer');
    return client;
  }

  /** Gives up waiting after a while, and the connection with it. */
  async #timely<Result>(work: Promise<Result>, milliseconds: number, why: string): Promise<Result> {
    let cancel = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.world.after(milliseconds, () =>
        reject(new TransientSinkError('MR3919', `Postgres at ${this.place.shown} ${why}.`)),
      );
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      work.catch(() => undefined);
      // An answer of the server leaves the connection as it is; anything else ends it.
      if (!isAnswer(error)) this.#drop();
      throw error;
    } finally {
      cancel();
    }
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    this.#lost = null;
    if (client !== null) destroy(client);
  }
}

/** Times without a zone are UTC, and texts of arrays are read as they are written here. */
const SETTINGS = "SET TIME ZONE 'UTC'; SET standard_conforming_strings = on; SET DateStyle = 'ISO, MDY'";

const END_OTHERS =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()';

function isAnswer(error: unknown): boolean {
  const { severity } = error as { readonly severity?: string };
  return severity === 'ERROR';
}

/** Ends a connection without a word: the other side may not be there. */
function destroy(client: pg.Client): void {
  client.on('error', () => undefined);
  const { connection } = client as unknown as { readonly connection?: { readonly stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}
