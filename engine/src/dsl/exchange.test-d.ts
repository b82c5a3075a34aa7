/** Type tests of exchanges and order books: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import type { Decimal } from './decimal.js';
import { exchange } from './exchange.js';
import type { ExchangeRow } from './exchange.js';
import { orderBook } from './orderBook.js';
import { mid, spread } from './quotes.js';
import type { Stream } from './stream.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

const trades = exchange.coinbase({ channel: 'trades', symbols: ['ETH-USD'] });
const [trade] = await trades.rows();
holds<Equal<typeof trade, ExchangeRow<'trades'>>>();
holds<Equal<(typeof trade)['price'], number>>();
holds<Equal<(typeof trade)['side'], 'buy' | 'sell' | null>>();
holds<Equal<(typeof trade)['received'], Temporal.Instant>>();

// Exact prices are decimals.
const exact = exchange.binance({
  channel: 'trades',
  symbols: ['ETHUSDT'],
  exact: true,
  market: 'futures',
});
const [exactTrade] = await exact.rows();
holds<Equal<(typeof exactTrade)['price'], Decimal>>();

const changes = exchange.kraken({ channel: 'book', symbols: ['ETH/USD'], depth: 25 });
const gaps = changes.where(c => c.kind.isIn(['gap', 'disconnect'])).select('ts', 'symbol', 'expectedId');
const [gap] = await gaps.rows();
holds<Equal<typeof gap, { ts: Temporal.Instant; symbol: string; expectedId: number | null }>>();

const book = orderBook(changes, { depth: 5 });
const best = book
  .where(l => l.level.eq(1).and(l.state.eq('synced')))
  .derive(l => ({ mid: mid(l.bid, l.ask), spread: spread(l.bid, l.ask) }));
const [level] = await best.rows();
holds<Equal<(typeof level)['state'], 'unsynced' | 'synced' | 'gap'>>();
holds<Equal<(typeof level)['bid'], number | null>>();
holds<Equal<(typeof level)['mid'], number | null>>();
holds<Equal<(typeof level)['received'], Temporal.Instant>>();
holds<Equal<(typeof level)['lastId'], number | null>>();

// @ts-expect-error there is no channel of that name
exchange.binance({ channel: 'trade', symbols: ['ETHUSDT'] });
// @ts-expect-error symbols are needed
exchange.kraken({ channel: 'quotes' });
// @ts-expect-error Kraken has one market
exchange.kraken({ channel: 'quotes', symbols: ['ETH/USD'], market: 'futures' });
// @ts-expect-error there is no such column
trades.where(t => t.prize.gt(1));
// @ts-expect-error trades have no bid
trades.select('bid');
// @ts-expect-error a depth is needed
orderBook(changes, {});
// @ts-expect-error trades change no book
orderBook(trades, { depth: 5 });
// @ts-expect-error levels have a bid and no price
book.select('price');
const exactChanges = exchange.binance({ channel: 'book', symbols: ['ETHUSDT'], exact: true });
// @ts-expect-error a book is made of float64
orderBook(exactChanges, { depth: 5 });
declare const other: Stream<{ value: number }>;
// @ts-expect-error without the columns of changes there is no book
orderBook(other, { depth: 1 });
