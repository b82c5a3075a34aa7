import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { InputMessage } from '@millrace/protocol';
import { count, input, sum, Table, tumble, type Input, type TimeExpr } from '../../engine/src/index.js';
import { DISPLAYABLE, type Displayable } from '../../engine/src/dsl/displayable.js';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { setDefaultLink, setOwner } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { generatedTexts } from '../../engine/src/codegen/compile.js';
import { virtualWorld } from '../support/virtualWorld.js';

const world = virtualWorld('.');
let host: SessionHost;
let link: HostLink;

beforeAll(() => {
  host = createSessionHost({ world, connectors: [valuesConnector], sinks: [], defer: setImmediate });
  link = host.link();
  setDefaultLink(link);
});

afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  world.stop();
});

const ROWS = 1000;
const table = Table.of<{ ts: Date; symbol: string; size: number; open: boolean }>(
  {
    ts: Array.from({ length: ROWS }, (_, k) => new Date(k * 1000)),
    symbol: Array.from({ length: ROWS }, (_, k) => (k % 3 === 0 ? 'AAPL' : 'MSFT')),
    size: Array.from({ length: ROWS }, (_, k) => k),
    open: Array.from({ length: ROWS }, (_, k) => k % 2 === 0),
  },
  { time: 'ts' },
);
const trades = table.replay({ time: 'ts', name: 'trades', watermark: '0 s' });

let views = 0;
async function show(shown: Displayable): Promise<string> {
  const { plan, view } = shown[DISPLAYABLE]();
  const viewId = `view${++views}`;
  await link.request({ type: 'view', viewId, plan, owner: null, view });
  await link.request({ type: 'until', time: 'end' });
  return viewId;
}

async function values(viewId: string): Promise<unknown[]> {
  const { arrow } = await link.request({ type: 'viewSnapshot', viewId, limit: 1e6 });
  const { columns, length } = decodeArrow(arrow);
  return Array.from({ length }, (_, row) => valueAt(columns.at(-1)!, row));
}

const turns = async (count = 30): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve));
};

describe('in queries', () => {
  test('an input stands for what it holds, and what is shown goes over to another value', async () => {
    const least = input.range({ min: 0, max: ROWS, value: 900, name: 'least' });
    const big = trades.where(t => t.size.ge(least));
    const bars = big
      .window(tumble('100 s'))
      .groupBy('symbol')
      .aggregate(() => ({ n: count() }));
    const view = await show(bars.final());
    expect((await values(view)).reduce((a, b) => Number(a) + Number(b), 0)).toBe(100);
    expect(await big.count()).toBe(100);
    await least.set(990);
    expect((await values(view)).reduce((a, b) => Number(a) + Number(b), 0)).toBe(10);
    expect(await big.count()).toBe(10);
    // A value that is given is there for whatever is asked after it.
    least.value = 995;
    expect(await big.count()).toBe(5);
    expect(least.value).toBe(995);
    await least.set(900);
    expect(await values(view)).toHaveLength(2);
  });

  test('every kind of input in an expression of its type', async () => {
    const symbol = input.select({ options: ['AAPL', 'MSFT'], name: 'symbol' });
    const open = input.toggle({ value: true, name: 'open' });
    const part = input.text({ value: 'AA', name: 'part' });
    const from = input.date({ value: '1970-01-01T00:16:00Z', name: 'from' });
    const rows = trades.where(t =>
      t.symbol
        .eq(symbol)
        .and(t.open.eq(open), t.symbol.contains(part), (t.ts as unknown as TimeExpr).ge(from)),
    );
    const expected = (s: string, o: boolean, p: string, seconds: number): number =>
      Array.from({ length: ROWS }, (_, k) => k).filter(
        k => (k % 3 === 0 ? 'AAPL' : 'MSFT') === s && (k % 2 === 0) === o && s.includes(p) && k >= seconds,
      ).length;
    expect(await rows.count()).toBe(expected('AAPL', true, 'AA', 960));
    symbol.value = 'MSFT';
    part.value = '';
    open.value = false;
    from.value = new Date(500_000);
    expect(await rows.count()).toBe(expected('MSFT', false, '', 500));
    expect(from.value.toString()).toBe('1970-01-01T00:08:20Z');
    const made = trades.derive(t => ({ over: t.size.sub(input.range({ min: 0, max: 9, value: 4 })) }));
    expect((await made.head(1))[0].over).toBe(-4);
  });

  test('explain(), Flink SQL and the plan as data show the name and the value that is held', async () => {
    const floor = input.range({ min: 0, max: 500, value: 100, name: 'floor' });
    const rows = trades.where(t => t.size.gt(floor));
    expect(await rows.explain()).toContain('param floor = 100');
    floor.value = 250;
    const text = await rows.explain();
    expect(text).toContain('filter (size > (param floor = 250))');
    expect(text).not.toContain('100');
    const sources = { trades: { connector: 'datagen' } };
    const { sql } = await rows.toFlinkSql({ sources });
    expect(sql).toContain('250');
    expect(JSON.stringify(rows[DISPLAYABLE]().plan)).toContain('"value":100,"parameter":"floor"');
  });

  test('generated loops hold a reference: another value compiles nothing', async () => {
    const cut = input.range({ min: 0, max: 5000, value: 17, name: 'cut' });
    const rows = trades.where(t => t.size.mul(3).gt(cut)).derive(t => ({ x: t.size.add(cut) }));
    const view = await show(rows);
    const before = generatedTexts().length;
    for (const value of [18, 400, 1234]) await cut.set(value);
    expect((await values(view)).length).toBe(ROWS - 412);
    expect(generatedTexts().length).toBe(before);
  });

  test('a value for which there is no query says so where it is shown, and the next one mends it', async () => {
    const pattern = input.text({ value: 'A', name: 'pattern' });
    const view = await show(trades.where(t => t.symbol.regexMatches(pattern as unknown as string)));
    expect(await values(view)).toHaveLength(334);
    await pattern.set('[');
    const { status } = await link.request({ type: 'viewSnapshot', viewId: view, limit: 1 });
    expect(status.state).toBe('failed');
    expect(status.error).toMatch(/MR\d+/);
    await pattern.set('M');
    expect(await values(view)).toHaveLength(666);
    const after = await link.request({ type: 'viewSnapshot', viewId: view, limit: 1 });
    expect(after.status.error).toBeNull();
  });
});

describe('at one moment', () => {
  test('no front end sees one table with the new value and another with the old one', async () => {
    const only = input.range({ min: 1, max: ROWS, value: 7, name: 'only' });
    const slow = trades
      .where(t => t.size.lt(only))
      .derive(t => ({ k: t.size.mod(50) }))
      .groupBy('k')
      .aggregate(t => ({ n: count(), s: sum(t.size) }))
      .groupBy()
      .aggregate(t => ({ n: sum(t.n) }));
    const quick = trades
      .where(t => t.size.lt(only))
      .groupBy()
      .aggregate(() => ({ n: count() }));
    const ids = [await show(slow), await show(quick)];
    const pair = async (): Promise<number[]> =>
      (await Promise.all(ids.map(values))).map(each => Number(each[0]));
    const seen = new Set<number>();
    for (const value of [201, 1000, 4, 501]) {
      for (let burst = 0; burst < 20; burst++) only.value = 1 + ((value * 7 + burst) % ROWS);
      let isSet = false;
      const set = only.set(value).then(() => (isSet = true));
      while (!isSet) {
        const [one, other] = await pair();
        expect(one).toBe(other);
        seen.add(one);
        await turns(1);
      }
      await set;
      expect(await pair()).toEqual([value, value]);
    }
    // Of each burst of twenty values at most the first and the last were computed.
    expect(seen.size).toBeLessThanOrEqual(9);
  });

  test('a front end is sent the last value of a burst', async () => {
    const lowest = input.range({ min: 0, max: ROWS, value: 7, name: 'lowest' });
    const viewId = await show(trades.where(t => t.size.ge(lowest)));
    let rows = 0;
    let frames = 0;
    const connection = host.attachView({ v: 1, viewId, credit: 8, range: null }, message => {
      if (message.type !== 'snapshot' && message.type !== 'delta') return;
      frames++;
      rows = message.status.total;
      connection.receive({ type: 'ack', seq: message.seq, credit: 1, paintMs: 0 });
    });
    await turns();
    for (let value = 1; value <= 100; value++) lowest.value = value;
    for (let turn = 0; turn < 100 && rows !== ROWS - 100; turn++) await turns(5);
    expect(rows).toBe(ROWS - 100);
    expect(frames).toBeLessThan(6);
    connection.close();
  });

  test('a view that is made while others go over has the new value, and one that is over stays so', async () => {
    const mine = input.range({ min: 0, max: ROWS, value: 10, name: 'mine' });
    const rows = trades.where(t => t.size.lt(mine));
    const first = await show(rows);
    const set = mine.set(20);
    const second = show(rows);
    await link.request({ type: 'releaseOwner', owner: 'nobody' });
    await set;
    expect(await values(await second)).toHaveLength(20);
    expect(await values(first)).toHaveLength(20);
    const { queries } = await link.request({ type: 'stats' });
    expect(queries).toEqual([]);
  });
});

describe('its value', () => {
  let share: Input<number>;
  beforeEach(() => {
    share = input.range({ min: 0, max: 1, step: 0.1, value: 0.5 });
  });

  test('is told to who listens, and by iteration, the latest of several', async () => {
    const told: number[] = [];
    const stop = share.onChange(value => told.push(value));
    const iterated: number[] = [];
    const iterating = (async () => {
      for await (const value of share) {
        iterated.push(value);
        if (value === 0.9) break;
      }
    })();
    await share.set(0.3);
    share.value = 0.4;
    share.value = 0.7;
    await share.set(0.8);
    stop();
    await share.set(0.9);
    await iterating;
    expect(told).toEqual([0.3, 0.4, 0.7, 0.8]);
    expect(iterated[0]).toBe(0.5);
    expect(iterated.at(-1)).toBe(0.9);
    expect(iterated).not.toContain(0.4);
  });

  test('lies on its steps and within its bounds, as decimals are written', async () => {
    await share.set(0.1 + 0.2);
    expect(share.value).toBe(0.3);
    for (const wrong of [0.25, 1.1, -0.1, NaN, Infinity, '0.5', null, undefined, {}]) {
      await expect(share.set(wrong as number)).rejects.toThrow(/MR2563.* takes numbers from 0 to 1/);
    }
    expect(share.value).toBe(0.3);
  });

  test('stays when the cell that makes the input is run again as it was, and not when it takes other values', async () => {
    setOwner('cell');
    const first = input.range({ min: 0, max: 10, value: 1, name: 'kept' });
    const told: number[] = [];
    first.onChange(value => told.push(value));
    await first.set(7);
    await link.request({ type: 'retireOwner', owner: 'cell' });
    setOwner('cell');
    const again = input.range({ min: 0, max: 10, value: 1, name: 'kept' });
    expect(again.value).toBe(7);
    await again.set(8);
    // What the former run listened with is over.
    expect(told).toEqual([7]);
    expect(first.value).toBe(8);
    const other = input.range({ min: 0, max: 20, value: 2, name: 'kept' });
    expect(other.value).toBe(2);
    setOwner(null);
    await link.request({ type: 'settleOwner', owner: 'cell' });
    expect((await link.request({ type: 'stats' })).inputs.values.kept).toBe(2);
    await link.request({ type: 'retireOwner', owner: 'cell' });
    await link.request({ type: 'settleOwner', owner: 'cell' });
    expect((await link.request({ type: 'stats' })).inputs.values).not.toHaveProperty('kept');
  });

  test('is known to a process that comes after the one that gave it', async () => {
    const first = input.range({ min: 0, max: 10, value: 1, name: 'survivor' });
    await first.set(5);
    const events: unknown[] = [];
    const stop = host
      .link()
      .onEvent(event => event.type === 'input' && event.name === 'survivor' && events.push(event.value));
    expect(events).toEqual([5]);
    stop();
  });
});

describe('controls', () => {
  function attach(name: string) {
    const messages: InputMessage[] = [];
    const control = host.attachInput({ v: 1, name }, message => messages.push(message));
    const last = (): unknown => {
      const state = messages.findLast(message => message.type === 'state');
      return state?.type === 'state' ? state.value : null;
    };
    return { ...control, messages, last };
  }

  test('of one input agree, whoever moves it', async () => {
    const shared = input.select({ options: [1, 2, 3], name: 'shared' });
    await turns(3);
    const [one, two] = [attach('shared'), attach('shared')];
    expect([one.last(), two.last()]).toEqual([1, 1]);
    one.receive({ type: 'set', value: 3 });
    expect([one.last(), two.last(), shared.value]).toEqual([3, 3, 3]);
    await shared.set(2);
    expect([one.last(), two.last()]).toEqual([2, 2]);
    one.close();
    two.receive({ type: 'set', value: 1 });
    expect([one.last(), two.last()]).toEqual([2, 1]);
    two.close();
  });

  test('that send what is no value are answered, counted, and change nothing', async () => {
    input.text({ value: 'a', maxLength: 3, name: 'hostile' });
    await turns(3);
    const { inputs: before } = await link.request({ type: 'stats' });
    const control = attach('hostile');
    const wrong: unknown[] = [
      ...[null, 7, 'set', [], {}, { type: 'get' }, { type: '__proto__' }],
      ...['abcd', '\ud800', 'x'.repeat(1e6), 5, null, undefined, true, {}, [], { toString: 1 }].map(
        value => ({
          type: 'set',
          value,
        }),
      ),
    ];
    for (const message of wrong) control.receive(message as never);
    expect(control.messages.filter(({ type }) => type === 'error')).toHaveLength(wrong.length);
    expect(JSON.stringify(control.messages).length).toBeLessThan(20_000);
    expect(control.last()).toBe('a');
    const { inputs: after } = await link.request({ type: 'stats' });
    expect(after.refused - before.refused).toBe(wrong.length);
    for (const open of [null, {}, { v: 2, name: 'hostile' }, { v: 1, name: 'nobody' }, { v: 1, name: {} }]) {
      const messages: InputMessage[] = [];
      host.attachInput(open as never, message => messages.push(message)).receive({ type: 'set', value: 'b' });
      expect(messages.map(({ type }) => type)).toEqual(['bye']);
    }
    control.close();
  });
});

test.each([
  [() => input.range({ min: 5, max: 1 }), 'min ≤ max'],
  [() => input.range({ min: 0, max: NaN }), 'finite numbers'],
  [() => input.range({ min: 0, max: 10, step: 0 }), 'step above 0'],
  [() => input.range({ min: 0, max: 10, value: 11 }), 'from 0 to 10'],
  [() => input.range({ min: 0, max: 10, step: 4, value: 5 }), 'in steps of 4'],
  [() => input.range(null as never), 'an object of options'],
  [() => input.select({ options: [] }), 'from 1 to 10000 options'],
  [() => input.select({ options: ['a', 'a'] }), 'twice'],
  [() => input.select({ options: ['a', 1] }), 'all of one kind'],
  [() => input.select({ options: ['a'], value: 'b' as 'a' }), "one of 'a', not 'b'"],
  [() => input.select({ options: [NaN] }), 'all of one kind'],
  [() => input.toggle({ value: 1 as never }), 'true or false'],
  [() => input.text({ value: 'abc', maxLength: 2 }), 'at most 2 characters'],
  [() => input.text({ maxLength: 1e9 }), 'maxLength'],
  [() => input.date({ value: 'yesterday' }), "value is 'yesterday'"],
  [() => input.date({ value: '2026-01-01', min: '2026-01-02' }), 'from 2026-01-02T00:00:00Z'],
  [() => input.date({ value: '2026-01-01', min: '2026-01-02', max: '2026-01-01' }), 'min before max'],
  [() => input.toggle({ name: '<img>' }), 'cannot have the name'],
])('an input that cannot be is refused where it is written (%#)', (make, why) => {
  expect(make).toThrow(/^MR2560 input\./);
  expect(make).toThrow(why);
});
