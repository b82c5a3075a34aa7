import { count, int32, int64, lit, sum, when } from '../../../engine/src/index.js';
import type { AnyRow, Stream } from '../../../engine/src/index.js';
import type { Bounded, Query, Tables } from './queryParts.js';

/** Rows whose `a` is NULL where it was 3. */
const withoutThree = (rows: Stream<AnyRow>): Stream<AnyRow> =>
  rows.derive(t => ({ a: when(t.a.eq(3)).then(null).otherwise(t.a) })) as never;

const EMPLOYEES = { by: { deptno: 'department_num' } } as const;

/** Orders with customers by a key that is NULL where a condition is not true. */
const lookedUp = (
  tables: Tables,
  bounded: Bounded,
  how: 'left' | 'inner',
  condition: (order: AnyRow) => unknown = () => lit(true),
): Query =>
  tables('orders_t')
    .derive(o => ({
      key: when(condition(o) as never)
        .then(o.customer_id)
        .otherwise(null),
    }))
    .lookupJoin(
      bounded('customers_t')
        .where(c => c.age.gt(30))
        .derive(c => ({ key: c.id })),
      { by: 'key', how },
    )
    .select('order_id', 'total', 'id', 'name', 'age', 'city', 'state', 'zipcode');

/** Rows with the five minutes that they lie in. */
const inWindows = (tables: Tables, name: string): Stream<AnyRow> =>
  tables(name).derive(t => ({ windowStart: t.row_time.truncate('5 min') })) as never;

/** The left rows of which the right side has, or has not, one of the same number in the same window. */
const ofWindow =
  (how: 'semi' | 'anti') =>
  (tables: Tables): Query =>
    inWindows(tables, 'LeftTable')
      .join(inWindows(tables, 'RightTable'), { by: ['num', 'windowStart'], how })
      .derive(t => ({ windowEnd: t.windowStart.add('5 min') }))
      .derive(t => ({ windowTime: t.windowEnd.add('-1 ms') }))
      .select('row_time', 'num', 'id', 'windowStart', 'windowEnd', 'windowTime');

/** The queries of Flink's cases of joins as Millrace writes them. */
export const JOIN_QUERIES: Readonly<Record<string, (tables: Tables, bounded: Bounded) => Query>> = {
  'flinkdocs-window-join-01': tables => {
    const left = inWindows(tables, 'LeftTable').derive(t => ({ leftNum: t.num, leftId: t.id }));
    const right = inWindows(tables, 'RightTable').derive(t => ({ rightNum: t.num, rightId: t.id }));
    return left
      .select('num', 'windowStart', 'leftNum', 'leftId')
      .join(right.select('num', 'windowStart', 'rightNum', 'rightId'), {
        by: ['num', 'windowStart'],
        how: 'full',
      })
      .derive(t => ({ windowEnd: t.windowStart.add('5 min') }))
      .select('leftNum', 'leftId', 'rightNum', 'rightId', 'windowStart', 'windowEnd');
  },
  'flinkdocs-window-join-02': ofWindow('semi'),
  'flinkdocs-window-join-03': ofWindow('semi'),
  'flinkdocs-window-join-04': ofWindow('anti'),
  'flinkdocs-window-join-05': ofWindow('anti'),
  'flinkit-JoinITCase-testInnerJoinWithPk': tables => {
    const a = tables('A')
      .groupBy('a1')
      .aggregate(t => ({ a2: sum(t.a2) }));
    const b = tables('B')
      .groupBy('b1')
      .aggregate(t => ({ b2: sum(t.b2) }));
    return a
      .join(b, { by: { a2: 'b2' } })
      .derive(t => ({ b2: t.a2 }))
      .select('a1', 'a2', 'b1', 'b2');
  },
  'flinkit-JoinITCase-testDataStreamJoinWithAggregation': tables =>
    tables('A')
      .join(tables('B'), { by: { a1: 'b1' } })
      .groupBy()
      .aggregate(t => ({ b: count(t.b4), a: count(t.a2) })),
  'flinkit-JoinITCase-testFullJoinNonEqui': tables =>
    tables('A')
      .join(tables('B'), { how: 'full', where: (a, b) => a.a1.eq(b.b1).and(a.a2.gt(b.b2)) })
      .select('a1', 'b1'),
  'flinkit-JoinITCase-testNullFullOuterJoinWithNullCond': tables =>
    withoutThree(tables('T1')).join(withoutThree(tables('T2')), {
      how: 'full',
      where: (t1, t2) => t1.a.eq(t2.a).or(t1.a.isNull().and(t2.a.isNull())),
      suffix: '0',
    }),
  'flinkit-SemiAntiJoinStreamITCase-testAntiJoinWithOneSideRetraction': tables => {
    const sums = tables('ds2')
      .groupBy('d')
      .aggregate(t => ({ c: sum(t.c) }));
    return tables('ds1')
      .derive(t => ({ key: t.a.cast(int64) }))
      .join(sums, { by: { key: 'c' }, how: 'anti' })
      .select('a', 'b');
  },
  'flinktp-join-non-window-inner-join@JoinTestPrograms': tables =>
    withoutThree(tables('T1'))
      .join(withoutThree(tables('T2')), { by: 'a', where: (t1, t2) => t1.b.gt(t2.b), suffix: '2' })
      .select('a', 'c2', 'c'),
  'flinktp-join-with-filter': tables =>
    tables('EMPLOYEE')
      .join(tables('DEPARTMENT'), { by: { salary: 'b2' }, where: e => e.salary.lt(2) })
      .select('name', 'department_name'),
  'flinktp-join-left-join': tables =>
    tables('EMPLOYEE')
      .join(tables('DEPARTMENT'), { ...EMPLOYEES, how: 'left' })
      .select('name', 'department_name'),
  'flinktp-join-right-join': tables =>
    tables('EMPLOYEE')
      .join(tables('DEPARTMENT'), { ...EMPLOYEES, how: 'right' })
      .select('name', 'department_name'),
  'flinktp-join-semi-join': tables =>
    tables('EMPLOYEE')
      .join(tables('DEPARTMENT'), { ...EMPLOYEES, how: 'semi' })
      .select('name'),
  'flinktp-semi-anti-join-with-literal-agg': tables => {
    const known = tables('source_t3');
    const first = known.distinct('i').derive(() => ({ first: lit(1) }));
    const second = known
      .derive(t => ({ j: t.j.cast(int32) }))
      .distinct('j')
      .derive(() => ({ second: lit(1) }));
    return tables('source_t1')
      .join(first, { by: { a: 'i' }, how: 'left' })
      .join(second, { by: { a: 'j' }, how: 'left' })
      .derive(t => ({ code: when(t.first.isNull()).then(1).when(t.second.isNull()).then(2).otherwise(3) }))
      .derive(t => ({ code: t.code.cast(int32) }))
      .join(tables('source_t2'), { by: { code: 'd', c: 'f' }, how: 'anti' })
      .select('b');
  },
  'flinktp-lookup-join-filter-pushdown': (tables, bounded) => lookedUp(tables, bounded, 'inner'),
  'flinktp-lookup-join-pre-filter': (tables, bounded) =>
    lookedUp(tables, bounded, 'left', o => o.total.gt(15.3)),
  'flinktp-lookup-join-left-join': (tables, bounded) =>
    lookedUp(tables, bounded, 'left', o => o.customer_id.ne(3)),
};
