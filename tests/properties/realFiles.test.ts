import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDate, formatTimestamp } from '../../engine/src/columns/iso.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Field } from '../../engine/src/columns/types.js';
import { fileConnector } from '../../engine/src/node/sources/file.js';
import { askDuckDb } from '../support/askDuckDb.js';
import { hasIbmTrades, ibmTrades } from '../support/ibmTrades.js';
import { sourceRequest, sourceRows, stillWorld } from '../support/sourceRows.js';

const SHARED = resolve(import.meta.dirname, '../..', process.env.MILLRACE_SHARED ?? '../shared');
const DATA = join(SHARED, 'data');

/** Every value of a file as DuckDB reads it, as text. */
async function oracle(path: string, fields: readonly Field[], from: string): Promise<(string | null)[][]> {
  const columns = fields.map(({ name, type }) => {
    const column = `"${name}"`;
    if (type.kind === 'timestamp') return `epoch_us(${column}::TIMESTAMPTZ)::VARCHAR`;
    return type.kind === 'float64' ? `${column}::DOUBLE` : `${column}::VARCHAR`;
  });
  const reader = await askDuckDb(`SELECT ${columns.join(', ')} FROM ${from.replace('?', `'${path}'`)}`);
  return reader
    .getRowsJS()
    .map(row => row.map(value => (value === null ? null : String(value as string | number))));
}

/** A value of ours as DuckDB writes it. */
function asText(value: Value, field: Field): string | null {
  if (value === null) return null;
  if (field.type.kind === 'timestamp') {
    const perTick = { s: 1_000_000n, ms: 1000n, us: 1n, ns: 1n }[field.type.unit];
    return String((value as bigint) * perTick);
  }
  return field.type.kind === 'date' ? formatDate(value as number) : String(value);
}

describe.skipIf(!existsSync(DATA))('real files read as DuckDB reads them', () => {
  it.each([
    ['weather/nycflights13_weather.csv', 'time_hour', 26_115, "read_csv(?, nullstr = 'NA')"],
    ['weather/vega_seattle-weather.csv', undefined, 1461, 'read_csv(?)'],
    ['fx/truefx_usdjpy.csv', 'timestamp', 1000, 'read_csv(?)'],
    ['crypto/binance_btcusdt_trades.parquet', 'timestamp', 2001, '?'],
    ['crypto/binance_btcusdt_quotes.parquet', 'timestamp', 451, '?'],
  ])('%s', async (name, time, count, from) => {
    const path = join(DATA, name);
    const source = await fileConnector.open(
      sourceRequest({ path }, time === undefined ? {} : { time }),
      stillWorld(DATA),
    );
    const { fields } = source.summary;
    const { rows, counters } = await sourceRows(source);
    expect(counters.rejects).toEqual([]);
    expect(rows.length).toBe(count);
    const expected = await oracle(path, fields, from);
    expect(rows.map(row => row.map((value, i) => asText(value, fields[i])))).toEqual(expected);
  });

  it('says what it found in the weather', async () => {
    const path = join(DATA, 'weather/nycflights13_weather.csv');
    const { summary } = await fileConnector.open(
      sourceRequest({ path }, { time: 'time_hour' }),
      stillWorld(DATA),
    );
    expect(summary.notes).toContain("wind_gust: 'NA' read as NULL");
    // The file has one airport after the other: a whole year of disorder, of which the sample shows none or all.
    expect(summary.boundFrom).toBe('sample');
    expect(formatTimestamp(BigInt(summary.firstTime as number), 'us')).toBe('2013-01-01T06:00:00Z');
  });

  it.skipIf(!hasIbmTrades)(
    'the tape of a day, counted from midnight in New York, in a zip archive',
    async () => {
      const path = join(DATA, 'equities/lean_equity_usa_tick_ibm_20131008_trade.zip');
      const options = {
        path,
        header: false,
        columns: ['ts', 'price', 'size', 'exchange', 'condition', 'suspicious'],
        since: { column: 'ts', day: 'name', unit: 'ms', zone: 'America/New_York' },
        scale: { price: 10_000 },
      };
      const source = await fileConnector.open(sourceRequest(options, { time: 'ts' }), stillWorld(DATA));
      const { rows, counters } = await sourceRows(source);
      expect(counters.rejected).toBe(0);
      const trades = ibmTrades();
      expect(rows.length).toBe(trades.length);
      expect(rows.map(([ts, price, size]) => ({ timeMs: Number(ts), price, size: Number(size) }))).toEqual(
        trades,
      );
    },
  );
});
