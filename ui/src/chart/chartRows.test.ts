import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ROWS, toVegaLite, type ViewColumn } from '@millrace/protocol';
import { parse, View, type Spec } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Row } from '../model/rows.js';
import { ViewModel, type Change } from '../model/viewModel.js';
import { delta, output, snapshot, type SentFrame } from '../testing.js';
import { ChartRows } from './chartRows.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 12);
const seed = process.env.MILLRACE_SEED === undefined ? undefined : Number(process.env.MILLRACE_SEED);

const columns: ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: false },
  { name: 'windowStart', type: "timestamp('us')", nullable: false },
  ...['open', 'high', 'low', 'close'].map(name => ({ name, type: 'float64', nullable: false })),
  { name: 'volume', type: 'int64', nullable: false },
];
const spec = toVegaLite(
  {
    form: 'candlestick',
    x: 'windowStart',
    open: 'open',
    high: 'high',
    low: 'low',
    close: 'close',
    volume: 'volume',
    facet: 'symbol',
  },
  columns,
  { mode: 'light', width: 600 },
);

const bar = (id: number, close: number): Row => ({
  id,
  state: id % 3,
  values: [`S${id % 2}`, (id >> 1) * 60_000_000, 10, Math.max(10, close), Math.min(10, close), close, id * 7],
});
const nothing: Change = { reset: false, inserted: [], updated: [], removed: [] };

function vega(): View {
  const runtime = parse(compile(spec as unknown as TopLevelSpec).spec as Spec, undefined, { ast: true });
  return new View(runtime, { renderer: 'none', expr: expressionInterpreter });
}

interface Item {
  readonly mark?: { readonly marktype: string; readonly role: string };
  readonly items?: readonly Item[];
  readonly datum?: { readonly __row?: number };
  readonly [property: string]: unknown;
}

/** The bars and wicks that are drawn: of which row, where, how big, in which colour. */
function drawn(view: View): string[] {
  const marks: string[] = [];
  const visit = (item: Item): void => {
    const id = item.datum?.__row;
    if (id !== undefined && (item.mark?.marktype === 'rect' || item.mark?.marktype === 'rule')) {
      const places = ['x', 'y', 'x2', 'y2', 'width', 'height'].map(name =>
        Number(item[name] ?? 0).toFixed(3),
      );
      marks.push([id, item.mark.marktype, ...places, item.fill, item.stroke, item.opacity].join(' '));
    }
    for (const child of item.items ?? []) visit(child);
  };
  visit((view.scenegraph() as unknown as { root: Item }).root);
  return marks.sort();
}

describe('ChartRows', () => {
  it('leads a chart by changes to where a new chart of the same rows is', async () => {
    const step = fc.record({
      upserts: fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 20 })), { maxLength: 8 }),
      gone: fc.array(fc.nat(20), { maxLength: 5 }),
      reset: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async steps => {
        const rows = new ChartRows();
        const model = new ViewModel(output());
        const held = new Map<number, Row>([[0, bar(0, 11)]]);
        let view = vega();
        const show = async (frame: SentFrame): Promise<void> => {
          const changes = rows.apply(model.apply(...frame) as Change, model.columns);
          if (changes === 'rebuild') view = vega();
          const told = changes === 'rebuild' ? view.insert(ROWS, rows.fresh()) : view.change(ROWS, changes);
          await told.runAsync();
        };
        await show(snapshot(1, [...held.values()], 0, 0, columns));
        for (const [index, { upserts, gone, reset }] of steps.entries()) {
          const changed = [...new Map(upserts)].map(([id, close]) => bar(id, close));
          for (const row of changed) held.set(row.id, row);
          for (const id of gone) held.delete(id);
          const seq = index + 2;
          await show(
            reset
              ? snapshot(seq, [...held.values()], 0, 0, columns)
              : delta(seq, changed, [...new Set(gone)], 0, 0, columns),
          );
        }
        const anew = new ChartRows();
        anew.apply({ ...nothing, reset: true, inserted: [...held.values()] }, columns);
        const expected = vega();
        await expected.insert(ROWS, anew.fresh()).runAsync();
        expect(drawn(view)).toEqual(drawn(expected));
        expect(drawn(view).length > 0).toBe(held.size > 0);
      }),
      { numRuns: runs, seed },
    );
  });
});
