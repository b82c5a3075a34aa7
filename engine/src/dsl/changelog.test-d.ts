import { expectTypeOf, it } from 'vitest';
import { count, desc, max, Table, tumble, type ChangeKind, type Stream, type StreamTable } from '../index.js';

const table = Table.of({ ts: [new Date(0)], id: ['a'], op: ['c'], price: [1.5] }, { time: 'ts' });
const orders = table.replay({ time: 'ts', name: 'orders' });
type Order = typeof orders extends Stream<infer Row> ? Row : never;

it('changes are a stream of the rows and what they do', () => {
  const totals = orders.groupBy('id').aggregate(() => ({ n: count() }));
  expectTypeOf(totals.changes()).toEqualTypeOf<Stream<{ kind: ChangeKind; id: string; n: number }>>();
  expectTypeOf(totals.changes({ kind: 'op' })).toEqualTypeOf<
    Stream<{ op: ChangeKind; id: string; n: number }>
  >();
  totals.changes().where(t => t.kind.eq('+U'));
  // @ts-expect-error streams only come
  orders.changes();
});

it('a table of a stream has its columns but that of row kinds', () => {
  expectTypeOf(orders.toTable({ key: 'id' })).toEqualTypeOf<StreamTable<{ [C in keyof Order]: Order[C] }>>();
  expectTypeOf(orders.toTable({ key: ['id', 'price'], kind: 'op' })).toEqualTypeOf<
    StreamTable<{ ts: Order['ts']; id: string; price: number }>
  >();
  orders.toTable({ key: 'id', deleted: t => t.price.isNull() });
  // @ts-expect-error a key is a column
  orders.toTable({ key: 'other' });
  expectTypeOf(orders.toTable({ kind: 'op' })).toEqualTypeOf<
    StreamTable<{ ts: Order['ts']; id: string; price: number }>
  >();
  // @ts-expect-error a key or a column of row kinds is needed
  orders.toTable({ deleted: t => t.price.isNull() });
  // @ts-expect-error the condition is one
  orders.toTable({ key: 'id', deleted: t => t.price });
  // @ts-expect-error a table is one already
  orders.toTable({ key: 'id' }).toTable({ key: 'id' });
});

it('first rows are a stream, others a table', () => {
  expectTypeOf(orders.deduplicate({ by: 'id', keep: 'first' })).toEqualTypeOf<Stream<Order>>();
  expectTypeOf(orders.deduplicate({ by: 'id', keep: 'last' })).toEqualTypeOf<StreamTable<Order>>();
  expectTypeOf(orders.deduplicate({ by: ['id'], keep: 'first', order: t => desc(t.price) })).toEqualTypeOf<
    StreamTable<Order>
  >();
  expectTypeOf(table.deduplicate({ by: 'id', keep: 'first' })).toEqualTypeOf<typeof table>();
  expectTypeOf(table.deduplicate({ by: 'id', keep: 'last' })).toEqualTypeOf<typeof table>();
  const bars = orders
    .window(tumble('1 min'))
    .groupBy('id')
    .aggregate(t => ({ top: max(t.price) }));
  const final = bars.final();
  expectTypeOf(
    final.deduplicate({ by: 'id', keep: 'last', within: 'windowEnd', order: t => t.top }),
  ).toEqualTypeOf(final);
  // @ts-expect-error windows need an order
  final.deduplicate({ by: 'id', keep: 'last', within: 'windowEnd' });
  // @ts-expect-error a key is a column
  orders.deduplicate({ by: 'other', keep: 'last' });
  // @ts-expect-error which one stays has to be said
  orders.deduplicate({ by: 'id' });
});
