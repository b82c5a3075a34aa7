// The workloads as a user writes them.
import { avg, count, desc, first, hop, last, max, min, session, sum, tumble, vwap } from 'millrace';

/** OHLC, volume and VWAP by symbol in tumbling windows. */
export const bars = size => trades =>
  trades
    .window(tumble(size))
    .groupBy('symbol')
    .aggregate(t => ({
      open: first(t.price),
      high: max(t.price),
      low: min(t.price),
      close: last(t.price),
      volume: sum(t.size),
      vwap: vwap(t.price, t.size),
      n: count(),
    }))
    .final();

const byGroup = trades =>
  trades.groupBy('symbol').aggregate(t => ({ n: count(), volume: sum(t.size), mean: avg(t.price) }));

export const QUERIES = {
  W1: trades =>
    trades
      .where(t => t.size.gt(100))
      .derive(t => ({ notional: t.price.mul(t.size) }))
      .select('ts', 'symbol', 'notional'),
  W2: bars('1 s'),
  W2m: bars('1 min'),
  W3: trades =>
    trades
      .window(hop({ size: '10 s', slide: '1 s' }))
      .groupBy('symbol')
      .aggregate(t => ({ mean: avg(t.price), high: max(t.price), n: count() }))
      .final(),
  W4: trades =>
    trades
      .window(session({ gap: '50 ms' }))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), volume: sum(t.size) }))
      .final(),
  W5: trades =>
    trades
      .rolling({ by: 'symbol', rows: 20 })
      .derive(t => ({ mean: avg(t.price) }))
      .select('ts', 'symbol', 'mean'),
  W5r: trades =>
    trades
      .rolling({ by: 'symbol', range: '5 s' })
      .derive(t => ({ mean: avg(t.price) }))
      .select('ts', 'symbol', 'mean'),
  W6: (trades, quotes) => trades.asOfJoin(quotes, { by: 'symbol' }),
  W7: trades =>
    trades
      .window(tumble('10 s'))
      .groupBy('symbol')
      .aggregate(t => ({ notional: sum(t.price.mul(t.size)) }))
      .final()
      .topN(3, { by: t => desc(t.notional), within: 'windowEnd' }),
  W9: byGroup,
  'W9 end': byGroup,
};
