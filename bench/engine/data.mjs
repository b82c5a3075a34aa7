import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const FOLDER = fileURLToPath(new URL('../.data/', import.meta.url));
const SEED = 20240308;

/**
 * A day of made-up trades of 500 symbols as CSV, NDJSON and Parquet, and as Parquet in an order that is shuffled within one second.
 * Made once: the CSV by our generator, the others from it by DuckDB, as another program would write them. Gives the files' common beginning.
 */
export async function makeTrades(rows) {
  mkdirSync(FOLDER, { recursive: true });
  const stem = `${FOLDER}trades-${rows}`;
  if (!existsSync(`${stem}.csv`)) {
    process.stderr.write(`Making ${rows} trades …\n`);
    const { createNodeHost } = await import('millrace/host');
    const { file, generator } = await import('millrace');
    const { setDefaultLink } = await import('millrace/session');
    const host = createNodeHost({ directory: FOLDER });
    setDefaultLink(host.link());
    await generator.market({ seed: SEED, rows, symbols: 500 }).writeTo(file.csv(`${stem}.csv`));
    await host.close();
  }
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const from = `read_csv('${stem}.csv', columns = { ts: TIMESTAMP, symbol: VARCHAR, price: DOUBLE, size: BIGINT, side: VARCHAR })`;
  // Each row is late by up to a second, the same on every machine.
  const late = 'epoch_us(ts) + (hash(row_number) % 1000000)::BIGINT';
  const shuffled = `SELECT ts, symbol, price, size, side FROM (SELECT *, row_number() OVER () AS row_number FROM ${from}) ORDER BY ${late}, row_number`;
  const forms = [
    ['.parquet', `SELECT * FROM ${from}`, 'FORMAT parquet'],
    ['-shuffled.parquet', shuffled, 'FORMAT parquet'],
    ['.ndjson', `SELECT epoch_us(ts) AS ts, symbol, price, size, side FROM ${from}`, 'FORMAT json'],
  ];
  for (const [ending, select, format] of forms) {
    const path = `${stem}${ending}`;
    if (existsSync(path)) continue;
    process.stderr.write(`Making ${path} …\n`);
    rmSync(`${path}.part`, { force: true });
    await connection.run(`COPY (${select}) TO '${path}.part' (${format})`);
    await rename(`${path}.part`, path);
  }
  connection.closeSync();
  instance.closeSync();
  return stem;
}

/** The file that a case reads. */
export function fileOf(name, stem, order) {
  if (name.startsWith('IN ')) return `${stem}.${name.slice(3)}`;
  return order === 'shuffled' ? `${stem}-shuffled.parquet` : `${stem}.parquet`;
}
