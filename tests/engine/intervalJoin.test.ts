import { describe, expect, it } from 'vitest';
import { boolean, count, int64, schema, string, Table, timestamp, udf } from '../../engine/src/index.js';
import { useNodeHost } from '../support/nodeHost.js';

useNodeHost();

const at = (hour: number): Date => new Date(Date.UTC(2026, 0, 5, hour));
const Order = schema({ id: string.nullable(), time: timestamp('ms'), amount: int64 });
const Shipment = schema({ id: string.nullable(), time: timestamp('ms'), weight: int64 });
const orders = () =>
  Table.of(
    { id: ['a', 'b', 'c', null, 'd'], time: [1, 2, 3, 4, 5].map(at), amount: [10, 20, 30, 40, 50] } as never,
    { schema: Order, time: 'time' },
  );
const shipments = () =>
  Table.of(
    { id: ['a', 'a', 'x', 'c', null], time: [0, 5, 5, 8, 8].map(at), weight: [1, 25, 3, 4, 5] } as never,
    { schema: Shipment, time: 'time' },
  );

describe('intervalJoin', () => {
  it('pairs rows within the bounds, both included, in the order of the left ones', async () => {
    const pairs = orders().intervalJoin(shipments(), { by: 'id', between: ['-1 h', '+4 h'] });
    expect(await pairs.drop('time', 'time_right').rows()).toEqual([
      { id: 'a', amount: 10, weight: 1 },
      { id: 'a', amount: 10, weight: 25 },
    ]);
    const later = orders().intervalJoin(shipments(), { by: 'id', between: ['-1 h', '+5 h'] });
    expect((await later.rows()).map(row => row.weight)).toEqual([1, 25, 4]);
  });

  it('puts out rows without a partner as `how` says; NULL meets nothing', async () => {
    const of = async (how: 'left' | 'right' | 'full' | 'semi' | 'anti') => {
      const joined = orders().intervalJoin(shipments(), { by: 'id', between: ['-1 h', '+5 h'], how });
      return (await joined.rows()).map(row => {
        const { id, amount, weight = '-' } = row as { id: unknown; amount: unknown; weight?: unknown };
        return [id, amount, weight].map(String).join(' ');
      });
    };
    expect(await of('left')).toEqual([
      'a 10 1',
      'a 10 25',
      'b 20 null',
      'c 30 4',
      'null 40 null',
      'd 50 null',
    ]);
    expect(await of('right')).toEqual(['a 10 1', 'a 10 25', 'x null 3', 'c 30 4', 'null null 5']);
    expect(await of('full')).toEqual([
      ...['a 10 1', 'a 10 25', 'b 20 null', 'c 30 4', 'null 40 null', 'd 50 null'],
      ...['x null 3', 'null null 5'],
    ]);
    expect(await of('semi')).toEqual(['a 10 -', 'c 30 -']);
    expect(await of('anti')).toEqual(['b 20 -', 'null 40 -', 'd 50 -']);
  });

  it('leaves out pairs that do not meet a condition of both rows', async () => {
    const joined = orders().intervalJoin(shipments(), {
      by: 'id',
      between: ['-1 h', '+5 h'],
      how: 'left',
      where: (l, r) => l.amount.lt(r.weight),
    });
    expect((await joined.rows()).map(row => row.weight)).toEqual([25, null, null, null, null]);
  });

  it('counts pairs of two streams by the clock as at once, in windows of the left time', async () => {
    const joined = orders()
      .replay({ time: 'time' })
      .intervalJoin(shipments().replay({ time: 'time' }), { by: 'id', between: ['-1 h', '+5 h'] });
    expect(
      await joined
        .groupBy('id')
        .aggregate(() => ({ n: count() }))
        .rows(),
    ).toEqual([
      { id: 'a', n: 2 },
      { id: 'c', n: 1 },
    ]);
  });

  it('says what to write instead where rows change, have no time, or the bounds are the wrong way round', async () => {
    const counted = orders()
      .groupBy('id')
      .aggregate(() => ({ n: count() }));
    await expect(
      counted.intervalJoin(shipments(), { by: 'id', between: ['0 s', '1 s'] }).rows(),
    ).rejects.toThrow(/MR2160.*\.final\(\)/s);
    const untimed = Table.of({ id: ['a'] });
    await expect(
      untimed.intervalJoin(shipments(), { by: 'id', between: ['0 s', '1 s'] }).rows(),
    ).rejects.toThrow(/MR2161.*on its left.*time: 'ts'/s);
    await expect(
      orders()
        .intervalJoin(shipments(), { by: 'id', between: ['+1 s', '-1 s'] })
        .rows(),
    ).rejects.toThrow(/MR2162.*\[-1 s, \+1 s\]/s);
    expect(() => orders().intervalJoin(shipments(), { by: 'id', between: ['soon', '1 s'] })).toThrow(
      /MR1002/,
    );
    await expect(
      orders()
        .intervalJoin(shipments(), {
          by: 'id',
          between: ['0 s', '1 s'],
          where: (l, r) => l.amount.eq((r as never as typeof l).amount),
        })
        .rows(),
    ).rejects.toThrow(/MR\d+.*right\.amount/s);
  });

  it('does not give pairs to a function of the user', () => {
    const heavier = udf('heavier', { args: [int64, int64], returns: boolean }, (a, b) => a < b);
    expect(() =>
      orders().intervalJoin(shipments(), {
        by: 'id',
        between: ['0 s', '1 s'],
        where: (l, r) => heavier(l.amount, r.weight),
      }),
    ).toThrow(/MR2164.*\.where\(/s);
  });

  it('is explained with its bounds', async () => {
    const text = await orders()
      .intervalJoin(shipments(), {
        by: 'id',
        between: ['-1 h', '+4 h'],
        how: 'anti',
        where: (l, r) => l.amount.lt(r.weight),
      })
      .explain();
    expect(text).toContain('anti interval join by id, -1 h to +4 h, where (left.amount < right.weight)');
  });
});
