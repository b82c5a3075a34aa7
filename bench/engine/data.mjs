import { existsSync, mkdirSync, openAsBlob, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const FOLDER = fileURLToPath(new URL('../.data/', import.meta.url));
const SEED = 20240308;

/**
 * The data sets that `--data` takes, each by what makes it. `steady` is what the targets were measured over: a trade every few milliseconds, 500
 * skewed symbols, so that nearly each trade is alone in its second. `market` is a day of our own generator, whose trades come in clusters.
 */
export const DATA_SETS = { steady: makeSteady, market: makeMarket };

/**
 * Made-up trades as CSV, NDJSON and Parquet, and as Parquet in an order that is shuffled within one second, with half as many quotes. Made once and the same on every machine.
 * Gives the files' common beginning.
 */
export async function makeTrades(rows, data = 'steady') {
  if (!(data in DATA_SETS)) {
    throw new Error(`No data set '${data}': --data takes ${Object.keys(DATA_SETS).join(' or ')}.`);
  }
  mkdirSync(FOLDER, { recursive: true });
  const stem = `${FOLDER}${data}-${rows}`;
  // One thread, or the order of the rows and of the random numbers would be another one each time.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const copy = async (ending, select, format) => {
    const path = `${stem}${ending}`;
    if (existsSync(path)) return;
    process.stderr.write(`Making ${path} …\n`);
    rmSync(`${path}.part`, { force: true });
    await connection.run(`COPY (${select}) TO '${path}.part' (${format})`);
    await rename(`${path}.part`, path);
  };
  await DATA_SETS[data]({ rows, stem, connection, copy });
  const from = `'${stem}.parquet'`;
  // Each row is late by up to a second, the same on every machine.
  const late = 'epoch_us(ts) + (hash(row_number) % 1000000)::BIGINT';
  const shuffled = path =>
    `SELECT * EXCLUDE row_number FROM (SELECT *, row_number() OVER () AS row_number FROM '${path}') ORDER BY ${late}, row_number`;
  await copy('-shuffled.parquet', shuffled(`${stem}.parquet`), 'FORMAT parquet');
  await makeQuotes({ rows, from, connection, path: `${stem}-quotes.parquet`, copy });
  await copy('-quotes-shuffled.parquet', shuffled(`${stem}-quotes.parquet`), 'FORMAT parquet');
  await copy('.csv', `SELECT * FROM ${from}`, 'FORMAT csv, HEADER');
  await makeArrow(stem);
  await copy('.ndjson', `SELECT * REPLACE (epoch_us(ts) AS ts) FROM ${from}`, 'FORMAT json');
  connection.closeSync();
  instance.closeSync();
  return stem;
}

async function makeSteady({ rows, stem, connection, copy }) {
  if (existsSync(`${stem}.parquet`)) return;
  await connection.run('SELECT setseed(0.42)');
  await copy(
    '.parquet',
    `SELECT TIMESTAMP '2024-01-02 09:30:00' + to_microseconds(i * 2340 + (random() * 2000)::BIGINT) AS ts,
            'SYM' || lpad(least(499, floor(500 * power(random(), 3)))::INTEGER::VARCHAR, 3, '0') AS symbol,
            round(50 + 100 * random(), 2)::DOUBLE AS price,
            (1 + floor(random() * 1000))::INTEGER AS size,
            CASE WHEN random() < 0.5 THEN 'B' ELSE 'S' END AS side
     FROM range(${rows}) AS r(i)`,
    'FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880',
  );
}

/** A quote for every second trade, at a time of its own around that trade's, so that no two have one time. */
async function makeQuotes({ rows, from, connection, path, copy }) {
  if (existsSync(path)) return;
  await connection.run('SELECT setseed(0.43)');
  await copy(
    '-quotes.parquet',
    `WITH numbered AS (SELECT symbol, price, row_number() OVER () AS n FROM ${from}),
          span AS (SELECT epoch_us(min(ts)) AS first, (epoch_us(max(ts)) - epoch_us(min(ts))) / ${rows / 2} AS step FROM ${from})
     SELECT make_timestamp((first + n / 2 * step + random() * step * 0.85)::BIGINT) AS ts, symbol,
            round(price - 0.01 - random() * 0.05, 2)::DOUBLE AS bid, round(price + 0.01 + random() * 0.05, 2)::DOUBLE AS ask
     FROM numbered, span WHERE n % 2 = 0 ORDER BY ts`,
    'FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880',
  );
}

/** Written by our generator as CSV, and from that by DuckDB, as another program would write it. */
async function makeMarket({ rows, stem, copy }) {
  if (!existsSync(`${stem}.csv`)) {
    process.stderr.write(`Making ${stem}.csv …\n`);
    const { createNodeHost } = await import('millrace/host');
    const { file, generator } = await import('millrace');
    const { setDefaultLink } = await import('millrace/session');
    const host = createNodeHost({ directory: FOLDER });
    setDefaultLink(host.link());
    await generator.market({ seed: SEED, rows, symbols: 500 }).writeTo(file.csv(`${stem}.csv.part`));
    await host.close();
    await rename(`${stem}.csv.part`, `${stem}.csv`);
  }
  const types = '{ ts: TIMESTAMP, symbol: VARCHAR, price: DOUBLE, size: BIGINT, side: VARCHAR }';
  await copy('.parquet', `SELECT * FROM read_csv('${stem}.csv', columns = ${types})`, 'FORMAT parquet');
}

/**
 * The Parquet file as an Arrow IPC stream, a record batch a row group, texts as plain texts. DuckDB does not write Arrow, so the library does that reads
 * Parquet: the streams that it makes of the row groups, without the schemas and the ends between them.
 */
async function makeArrow(stem) {
  const path = `${stem}.arrow`;
  if (existsSync(path)) return;
  process.stderr.write(`Making ${path} …\n`);
  const { parquetWasm } = await import('../../engine/dist/node/parquetWasm.js');
  const { ParquetFile } = await parquetWasm();
  const parquet = await ParquetFile.fromFile(await openAsBlob(`${stem}.parquet`));
  const out = await open(`${path}.part`, 'w');
  const groups = parquet.metadata().numRowGroups();
  for (let group = 0; group < groups; group++) {
    const bytes = (await parquet.read({ rowGroups: [group], batchSize: 65536 })).intoIPCStream();
    // A message is a mark, the length of what it says, and that; the end is a mark and a length of nothing.
    const schemaEnd = 8 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);
    await out.write(bytes.subarray(group === 0 ? 0 : schemaEnd, group === groups - 1 ? bytes.length : -8));
  }
  await out.close();
  parquet.free();
  await rename(`${path}.part`, path);
}

/** The file of quotes that belongs to the trades. */
export function quotesOf(stem, order) {
  return order === 'shuffled' ? `${stem}-quotes-shuffled.parquet` : `${stem}-quotes.parquet`;
}

/** The file that a case reads. */
export function fileOf(name, stem, order) {
  if (name.startsWith('IN ')) return `${stem}.${name.slice(3)}`;
  return order === 'shuffled' ? `${stem}-shuffled.parquet` : `${stem}.parquet`;
}
