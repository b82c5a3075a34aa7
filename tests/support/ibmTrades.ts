import { readFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const SHARED = resolve(import.meta.dirname, '../..', process.env.MILLRACE_SHARED ?? '../shared');
const FILE = join(SHARED, 'data/equities/lean_equity_usa_tick_ibm_20131008_trade.zip');

/** Whether the tape of real trades is there. */
export const hasIbmTrades = existsSync(FILE);

/** One trade of IBM on 2013-10-08: milliseconds since 1970 UTC, dollars, shares. */
export interface IbmTrade {
  readonly timeMs: number;
  readonly price: number;
  readonly size: number;
}

/** Midnight in New York on that day, in UTC: summer time, four hours behind. */
const MIDNIGHT_MS = Date.UTC(2013, 9, 8, 4);

/** The trades as recorded: `ms since midnight, price × 10,000, volume, exchange, condition, suspicious` a line. */
export function ibmTrades(): IbmTrade[] {
  return firstEntry(readFileSync(FILE))
    .toString('latin1')
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [ms, price, size] = line.split(',').map(Number);
      return { timeMs: MIDNIGHT_MS + ms, price: price / 10_000, size };
    });
}

/** Trades as CSV with `ts, seq, symbol, price, size`, in the given order; `seq` is the order of the tape. */
export function ibmCsv(rows: readonly (IbmTrade & { readonly seq: number })[]): string {
  const lines = rows.map(
    ({ timeMs, seq, price, size }) => `${new Date(timeMs).toISOString()},${seq},IBM,${price},${size}`,
  );
  return `ts,seq,symbol,price,size\n${lines.join('\n')}\n`;
}

/** The content of a zip file's first entry, found by its central directory. */
function firstEntry(zip: Buffer): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const central = zip.readUInt32LE(end + 16);
  const size = zip.readUInt32LE(central + 20);
  const local = zip.readUInt32LE(central + 42);
  const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const bytes = zip.subarray(data, data + size);
  return zip.readUInt16LE(central + 10) === 0 ? bytes : inflateRawSync(bytes);
}
