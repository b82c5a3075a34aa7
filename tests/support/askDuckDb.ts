import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBResultReader } from '@duckdb/node-api';

/** What DuckDB answers, wherever it runs: times without a zone are in UTC. */
export async function askDuckDb(sql: string): Promise<DuckDBResultReader> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return await connection.runAndReadAll(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
