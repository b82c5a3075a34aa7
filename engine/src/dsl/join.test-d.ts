/** Type tests of joins, set operations and lookups: compiled, never run. */
import type { Stream } from './stream.js';
import type { StreamTable } from './streamTable.js';
import type { Table } from './table.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

interface Order {
  id: number;
  customer: string;
  amount: number;
}
interface Customer {
  id: string;
  name: string;
  amount: number;
}
declare const orders: Stream<Order>;
declare const customers: Table<Customer>;
declare const orderTable: Table<Order>;

const by = { customer: 'id' } as const;

// Tables give a table, anything else a table that keeps changing; keys come once.
const made1 = orderTable.join(customers, { by });
holds<
  Equal<
    typeof made1,
    Table<{ id: number; customer: string; amount: number; name: string; amount_right: number }>
  >
>();
const made2 = orders.join(customers, { by: { customer: 'id' }, how: 'left', suffix: '_c' });
holds<
  Equal<
    typeof made2,
    StreamTable<{
      id: number;
      customer: string;
      amount: number;
      name: string | null;
      amount_c: number | null;
    }>
  >
>();
// The columns of the side that may be missing are NULL, but for the keys.
const made3 = orders.join(customers, { by, how: 'right' });
holds<
  Equal<
    typeof made3,
    StreamTable<{
      customer: string;
      id: number | null;
      amount: number | null;
      name: string;
      amount_right: number;
    }>
  >
>();
const made4 = orders.join(customers, { by, how: 'full' });
holds<
  Equal<
    typeof made4,
    StreamTable<{
      customer: string;
      id: number | null;
      amount: number | null;
      name: string | null;
      amount_right: number | null;
    }>
  >
>();
const made5 = orders.join(customers, { by, how: 'semi' });
holds<Equal<typeof made5, StreamTable<Order>>>();
const made6 = orderTable.join(customers, { by, how: 'anti' });
holds<Equal<typeof made6, Table<Order>>>();
// Without keys, every right column is there.
const made7 = orders.join(customers, { where: (o, c) => o.amount.gt(c.amount) });
holds<
  Equal<
    typeof made7,
    StreamTable<{
      id: number;
      customer: string;
      amount: number;
      id_right: string;
      name: string;
      amount_right: number;
    }>
  >
>();
// One name that both have, or several.
const made8 = orders.join(orderTable, { by: ['id', 'customer'] });
holds<
  Equal<typeof made8, StreamTable<{ id: number; customer: string; amount: number; amount_right: number }>>
>();

// @ts-expect-error the left has no such column
orders.join(customers, { by: { client: 'id' } });
// @ts-expect-error the right has no such column
orders.join(customers, { by: { customer: 'key' } });
// @ts-expect-error only one side has the name
orders.join(customers, { by: 'customer' });
// @ts-expect-error there is no such join
orders.join(customers, { by, how: 'outer' });
// @ts-expect-error a condition is an expression
orders.join(customers, { by, where: () => true });
// @ts-expect-error the right side has no such column
orders.join(customers, { by, where: (o, c) => c.price.gt(1) });

const made9 = orders.intersect(orderTable);
holds<Equal<typeof made9, StreamTable<Order>>>();
const made10 = orderTable.except(orderTable, { all: true });
holds<Equal<typeof made10, Table<Order>>>();
const made11 = orders.union(orders);
holds<Equal<typeof made11, Stream<Order>>>();
// @ts-expect-error the columns differ
orders.except(customers);
// @ts-expect-error a union is of collections of one kind
orders.union(orderTable);

// A stream stays one, whatever is looked up.
const made12 = orders.lookupJoin(customers, { by });
holds<
  Equal<
    typeof made12,
    Stream<{
      id: number;
      customer: string;
      amount: number;
      name: string | null;
      amount_right: number | null;
    }>
  >
>();
const made13 = orderTable.lookupJoin(customers, { by, how: 'inner' });
holds<
  Equal<
    typeof made13,
    Table<{ id: number; customer: string; amount: number; name: string; amount_right: number }>
  >
>();
// @ts-expect-error keys have to be said
orders.lookupJoin(customers, {});
