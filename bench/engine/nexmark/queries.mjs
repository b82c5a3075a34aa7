// Queries of Nexmark that join: as a user of Millrace writes them, and as SQL for Flink (a stream) and DuckDB (a batch).
import { avg, count, hop, max, tumble } from 'millrace';

/** The three kinds of events as streams of their own. */
export function kindsOf(events) {
  return {
    persons: events.where(e => e.kind.eq(0)).select('ts', 'id', 'name', 'city', 'state'),
    auctions: events
      .where(e => e.kind.eq(1))
      .select('ts', 'id', 'who', 'category', 'expires')
      .rename({ who: 'seller' }),
    bids: events
      .where(e => e.kind.eq(2))
      .select('ts', 'id', 'who', 'price')
      .rename({ id: 'auction', who: 'bidder' }),
  };
}

export const MILLRACE = {
  q3: ({ persons, auctions }) =>
    auctions
      .where(a => a.category.eq(10))
      .select('id', 'seller')
      .join(
        persons
          .where(p => p.state.isIn(['OR', 'ID', 'CA']))
          .rename({ id: 'person' })
          .drop('ts'),
        { by: { seller: 'person' } },
      )
      .select('name', 'city', 'state', 'id'),
  q4: ({ auctions, bids }) =>
    auctions
      .select('id', 'category', 'ts', 'expires')
      .join(bids.select('auction', 'price', 'ts').rename({ ts: 'at' }), {
        by: { id: 'auction' },
        where: (a, b) => b.at.between(a.ts, a.expires),
      })
      .groupBy('id', 'category')
      .aggregate(t => ({ final: max(t.price) }))
      .groupBy('category')
      .aggregate(t => ({ mean: avg(t.final) })),
  q5: ({ bids }) => {
    const counts = bids
      .window(hop({ size: '10 s', slide: '2 s' }))
      .groupBy('auction')
      .aggregate(() => ({ num: count() }))
      .final()
      .select('auction', 'windowStart', 'windowEnd', 'num');
    const most = counts.groupBy('windowStart', 'windowEnd').aggregate(c => ({ most: max(c.num) }));
    return counts
      .join(most, { by: ['windowStart', 'windowEnd'], where: (c, m) => c.num.ge(m.most) })
      .select('auction', 'num');
  },
  q7: ({ bids }) => {
    const highest = bids
      .window(tumble('10 s'))
      .aggregate(b => ({ price: max(b.price) }))
      .final()
      .select('price', 'windowStart', 'windowEnd');
    return bids
      .join(highest, {
        by: 'price',
        where: (b, h) => b.ts.ge(h.windowStart).and(b.ts.lt(h.windowEnd)),
      })
      .select('auction', 'price', 'bidder', 'ts');
  },
  q8: ({ persons, auctions }) => {
    const arrived = persons
      .window(tumble('10 s'))
      .groupBy('id', 'name')
      .aggregate(() => ({ n: count() }))
      .final()
      .select('id', 'name', 'windowStart', 'windowEnd');
    const selling = auctions
      .window(tumble('10 s'))
      .groupBy('seller')
      .aggregate(() => ({ n: count() }))
      .final()
      .select('seller', 'windowStart', 'windowEnd');
    return arrived
      .join(selling, { by: { id: 'seller', windowStart: 'windowStart', windowEnd: 'windowEnd' } })
      .select('id', 'name', 'windowStart');
  },
};

/** The column whose sum must be the same for all, beside the number of rows. */
export const SUMS = { q3: 'id', q4: 'mean', q5: 'num', q7: 'price', q8: 'id' };

const flinkWindow = (rows, kind, keys, values) => `
  SELECT ${keys}window_start, window_end, ${values} FROM TABLE(${kind.replace('?', rows)}) GROUP BY ${keys}window_start, window_end`;
const TEN = "TUMBLE(TABLE ?, DESCRIPTOR(ts), INTERVAL '10' SECOND)";
const HOPS = "HOP(TABLE ?, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)";

const Q3 = `SELECT p.name, p.city, p.state, a.id FROM auctions AS a JOIN persons AS p ON a.seller = p.id
            WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')`;
const q4 = mean => `
  SELECT category, ${mean} AS mean FROM (
    SELECT MAX(b.price) AS final, a.category FROM auctions AS a, bids AS b
    WHERE a.id = b.auction AND b.ts BETWEEN a.ts AND a.expires GROUP BY a.id, a.category) AS q
  GROUP BY category`;

export const FLINK = {
  q3: Q3,
  q4: q4('AVG(CAST(final AS DOUBLE))'),
  q5: `SELECT c.auction, c.num FROM (${flinkWindow('bids', HOPS, 'auction, ', 'COUNT(*) AS num')}) AS c
       JOIN (SELECT MAX(num) AS most, window_start, window_end FROM (${flinkWindow('bids', HOPS, 'auction, ', 'COUNT(*) AS num')})
             GROUP BY window_start, window_end) AS m
       ON c.window_start = m.window_start AND c.window_end = m.window_end AND c.num >= m.most`,
  q7: `SELECT b.auction, b.price, b.bidder, b.ts FROM bids AS b
       JOIN (${flinkWindow('bids', TEN, '', 'MAX(price) AS price')}) AS h
       ON b.price = h.price AND b.ts >= h.window_start AND b.ts < h.window_end`,
  q8: `SELECT p.id, p.name, p.window_start FROM (${flinkWindow('persons', TEN, 'id, name, ', 'COUNT(*) AS n')}) AS p
       JOIN (${flinkWindow('auctions', TEN, 'seller, ', 'COUNT(*) AS n')}) AS a
       ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end`,
};

const bucket = "time_bucket(INTERVAL '10 seconds', ts)";
const hops = `SELECT id AS auction, s - 2 * k AS start, count(*) AS num
              FROM (SELECT id, 2 * (epoch_ms(ts) // 2000) AS s FROM events WHERE kind = 2), range(0, 5) AS r(k) GROUP BY ALL`;

export const DUCKDB = {
  q3: Q3,
  q4: q4('avg(final)'),
  q5: `WITH counts AS (${hops}), most AS (SELECT start, max(num) AS most FROM counts GROUP BY start)
       SELECT c.auction, c.num FROM counts AS c JOIN most AS m ON c.start = m.start AND c.num >= m.most`,
  q7: `WITH highest AS (SELECT max(price) AS price, ${bucket} AS start FROM bids GROUP BY start)
       SELECT b.auction, b.price, b.bidder, b.ts FROM bids AS b JOIN highest AS h
       ON b.price = h.price AND b.ts >= h.start AND b.ts < h.start + INTERVAL '10 seconds'`,
  q8: `SELECT p.id, p.name, p.start FROM (SELECT id, name, ${bucket} AS start FROM persons GROUP BY ALL) AS p
       JOIN (SELECT seller, ${bucket} AS start FROM auctions GROUP BY ALL) AS a ON p.id = a.seller AND p.start = a.start`,
};

/** The kinds of events as views of a table of all. */
export const VIEWS = {
  persons: 'SELECT ts, id, name, city, state FROM events WHERE kind = 0',
  auctions: 'SELECT ts, id, who AS seller, category, expires FROM events WHERE kind = 1',
  bids: 'SELECT ts, id AS auction, who AS bidder, price FROM events WHERE kind = 2',
};
