import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../scripts/lib/postgres.mjs';

/** A server for a file of tests, or why there is none. */
export type TestServer =
  | { readonly server: PostgresServer; readonly reason: null }
  | { readonly server: null; readonly reason: string };

/** Starts a server of its own; where Postgres cannot be had, says why. */
export async function testServer(): Promise<TestServer> {
  try {
    return { server: await startPostgres(), reason: null };
  } catch (error) {
    return { server: null, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Asks a server by a connection of the test's own. */
export async function sql(
  { url }: Pick<PostgresServer, 'url'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
