import { askDuckDb } from './askDuckDb.js';

export interface TradesOptions {
  readonly symbols: readonly string[];
  /** The first trade's time. */
  readonly from: string;
  readonly minutes: number;
  /** Trades of all symbols in a minute. */
  readonly perMinute: number;
}

/** A CSV of trades, the same each time: prices wander by cents, times have milliseconds and are in order. */
export function tradesCsv({ symbols, from, minutes, perMinute }: TradesOptions): string {
  let state = 12345;
  const random = (): number => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const cents = symbols.map((_, index) => 10_000 + 5_000 * index);
  const start = Date.parse(from);
  const lines = ['ts,symbol,price,size'];
  const count = minutes * perMinute;
  for (let row = 0; row < count; row++) {
    const which = Math.floor(random() * symbols.length);
    cents[which] = Math.max(100, (cents[which] ?? 0) + Math.floor(random() * 21) - 10);
    const at = new Date(start + Math.floor(((row + random()) * minutes * 60_000) / count));
    const price = ((cents[which] ?? 0) / 100).toFixed(2);
    lines.push(`${at.toISOString()},${symbols[which]},${price},${1 + Math.floor(random() * 400)}`);
  }
  return `${lines.join('\n')}\n`;
}

export interface Bar {
  readonly symbol: string;
  /** The end of the window, ISO text without a zone, e.g. `2026-01-05 14:31:00`. */
  readonly windowEnd: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly vwap: number;
  readonly n: number;
}

/** The bars that DuckDB computes of a CSV or Parquet file with `ts, symbol, price, size`, by windowEnd and symbol. */
export async function oracleBars(file: string, seconds: number): Promise<Bar[]> {
  const reader = await askDuckDb(`
    WITH numbered AS (SELECT *, row_number() OVER () AS arrival FROM '${file}')
    SELECT symbol,
           strftime(time_bucket(INTERVAL ${seconds} SECOND, ts::TIMESTAMP) + INTERVAL ${seconds} SECOND, '%Y-%m-%d %H:%M:%S') AS "windowEnd",
           arg_min(price, (ts, arrival)) AS open, max(price) AS high, min(price) AS low, arg_max(price, (ts, arrival)) AS close,
           sum(size)::DOUBLE AS volume, sum(price * size) / sum(size) AS vwap, count(*)::DOUBLE AS n
    FROM numbered GROUP BY ALL ORDER BY "windowEnd", symbol`);
  return reader.getRowObjectsJS() as unknown as Bar[];
}
