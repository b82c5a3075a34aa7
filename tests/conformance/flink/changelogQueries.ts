import { count, max, min, sum, tumble } from '../../../engine/src/index.js';
import type { AnyRow, StreamTable } from '../../../engine/src/index.js';
import type { Query, Tables } from './queryParts.js';

type Changing = (name: string) => StreamTable<AnyRow>;

const joined = (tables: Changing): Query =>
  tables('left_t').join(tables('right_t'), { by: 'id' }).select('id', 'name', 'value');

const fourWays = (tables: Changing, streams: Tables): Query =>
  tables('Users')
    .join(streams('Orders'), { by: { user_id_0: 'user_id_1' }, how: 'left' })
    .join(streams('Payments'), {
      by: { user_id_0: 'user_id_2' },
      where: (u, p) => u.cash.ge(p.price).or(p.price.lt(0)),
    })
    .join(streams('Shipments'), { by: { user_id_0: 'user_id_3' }, how: 'left' })
    .select('user_id_0', 'name', 'order_id', 'payment_id', 'location');

/** The queries of cases whose sources take rows back; `streams` are those whose rows only come. */
export const CHANGELOG_QUERIES: Readonly<Record<string, (tables: Changing, streams: Tables) => Query>> = {
  'flinktp-join-to-full-delete': joined,
  'flinktp-join-to-delete-on-key': joined,
  'flinktp-four-way-complex-updating-join': fourWays,
  'flinktp-four-way-complex-updating-join-with-restore': fourWays,
  'flinkit-AggregateITCase-testRetractMinMaxWithChar': tables =>
    tables('src')
      .groupBy('id')
      .aggregate(t => ({
        n: count(),
        least1: min(t.char1),
        most1: max(t.char1),
        least2: min(t.char2),
        most2: max(t.char2),
      })),
  'flinkit-ChangelogSourceITCase-testFilter': tables =>
    tables('users')
      .where(t => t.balance.gt(9))
      .derive(t => ({ balance2: t.balance.mul(2) })),
  'flinkit-WindowAggregateITCase-testEventTimeTumbleWindowWithCDCSource': tables =>
    tables('T1_CDC')
      .window(tumble('5 s'))
      .groupBy('name')
      .aggregate(t => ({
        n: count(),
        total: sum(t.bigdec),
        top: max(t.double),
        least: min(t.float),
        different: count(t.string, { distinct: true }),
      }))
      .final()
      // The case shows the clocks of its time zone, Asia/Shanghai.
      .derive(t => ({ windowStart: t.windowStart.add('8 h'), windowEnd: t.windowEnd.add('8 h') }))
      .select('name', 'windowStart', 'windowEnd', 'n', 'total', 'top', 'least', 'different'),
  'flinktp-changelog-normalize-upsert-filter': tables =>
    tables('source_t')
      .where(t => t.b.lt(10))
      .select('a', 'b', 'c'),
  'flinktp-select-delete-on-key-to-full-delete': tables => tables('source_t').select('id', 'name', 'value'),
};
