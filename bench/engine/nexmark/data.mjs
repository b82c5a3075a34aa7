import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const FOLDER = fileURLToPath(new URL('../../.data/', import.meta.url));

/**
 * An auction house in the proportions of Nexmark (Tucker et al., 2002): of 50 events one is a new person, three are new auctions and 46 are bids, which
 * go to auctions opened lately; an event a millisecond. All are rows of one file, in order, as Parquet and, for Flink, as CSV without a header:
 * `kind` says which (0, 1, 2), `id` is the person's or the auction's, `who` the seller or the bidder. Made once and the same on every machine.
 */
export async function makeEvents(rows) {
  mkdirSync(FOLDER, { recursive: true });
  const stem = `${FOLDER}nexmark-${rows}`;
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const copy = async (path, select, format) => {
    if (existsSync(path)) return;
    process.stderr.write(`Making ${path} …\n`);
    rmSync(`${path}.part`, { force: true });
    await connection.run(`COPY (${select}) TO '${path}.part' (${format})`);
    await rename(`${path}.part`, path);
  };
  await connection.run('SELECT setseed(0.42)');
  await copy(`${stem}.parquet`, EVENTS(rows), 'FORMAT parquet');
  const time = name => `strftime(${name}, '%Y-%m-%d %H:%M:%S.%g') AS ${name}`;
  await copy(
    `${stem}.csv`,
    `SELECT * REPLACE (${time('ts')}, ${time('expires')}) FROM '${stem}.parquet'`,
    'FORMAT csv, HEADER false',
  );
  connection.closeSync();
  instance.closeSync();
  return stem;
}

const EVENTS = rows => `
  SELECT ts, kind,
         (CASE kind WHEN 0 THEN epoch WHEN 1 THEN 3 * epoch + place - 1 ELSE greatest(0, 3 * epoch + 2 - floor(100 * a * a)) END)::BIGINT AS id,
         (CASE kind WHEN 0 THEN NULL ELSE greatest(0, epoch - floor(50 * b)) END)::BIGINT AS who,
         (CASE kind WHEN 1 THEN 10 + floor(5 * a) END)::BIGINT AS category,
         (CASE kind WHEN 2 THEN floor(100 * power(10, 4 * c)) END)::BIGINT AS price,
         CASE kind WHEN 1 THEN ts + to_milliseconds((1000 + floor(20000 * c))::BIGINT) END AS expires,
         CASE kind WHEN 0 THEN 'person ' || epoch END AS name,
         CASE kind WHEN 0 THEN ['Phoenix', 'Palo Alto', 'Boise', 'Portland', 'Bend', 'Seattle'][1 + floor(6 * a)::INTEGER] END AS city,
         CASE kind WHEN 0 THEN ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'][1 + floor(6 * b)::INTEGER] END AS state
  FROM (SELECT TIMESTAMP '2024-01-02 09:30:00' + to_milliseconds(i) AS ts, i // 50 AS epoch, i % 50 AS place,
               (CASE WHEN i % 50 = 0 THEN 0 WHEN i % 50 <= 3 THEN 1 ELSE 2 END)::INTEGER AS kind,
               random() AS a, random() AS b, random() AS c
        FROM range(${rows}) AS r(i))`;
