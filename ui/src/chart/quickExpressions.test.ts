import { describe, expect, it, vi } from 'vitest';
import { ROWS, toVegaLite, type ChartSpec, type ViewColumn } from '@millrace/protocol';
import { changeset, parse, parseExpression, View, type Spec } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { quickExpressions } from './quickExpressions.js';

type Encoder = (item: object, params: object) => number;

const functions = {
  scale: (name: string, value: number) => `${name}:${value}`,
  isValid: (value: unknown) => value != null && value === value,
  scope(this: object) {
    return Object.keys(Object.getPrototypeOf(this) as object).length;
  },
};

/** What an encoder makes of an item, or that it refuses. */
function made(encode: Encoder, datum: object): unknown {
  const item = { datum, mark: { role: 'r' }, x: 1 };
  try {
    return [encode(item, { $width: 300, $step: { unit: 7 } }), item];
  } catch {
    return 'refused';
  }
}

const EXPRESSIONS = [
  'datum.a + datum["b"] * 2 - width / 3 % 7',
  'isValid(datum.a) && isFinite(+datum.a) ? scale("x", datum.a) : null',
  'datum.a > 2 || datum.b <= 1 || !(datum.a !== datum.b)',
  '{"a": datum.a, b: [datum.b, item.x, step.unit], "x y": isNaN(datum.b)}',
  'max(datum.a, datum.b, 3) + min(1, abs(-datum.a)) + round(sqrt(pow(datum.a, 2)))',
  'if(datum.a > 1, "more", datum[datum.name])',
  'item.mark.role + scope()',
  'PI + NaN + MAX_VALUE',
  'test(/a/g, datum.name) + length(datum.name) + upper(datum.name) + replace(datum.name, "a", "b")',
  'datum.a == "1" ? datum.a & 3 : ~datum.b',
  'missing.of.all',
  'datum.name.constructor.constructor',
  'datum.constructor',
  'datum["__proto__"]',
  '{"constructor": 1, "__proto__": 2, "a": 3}',
  '{"a": datum.name.constructor.constructor, "b": datum.toString}',
  'datum.f.call',
  '[datum.f, datum.g]',
  'event.x + x()',
  'toString + 1',
];

const DATA = [
  { a: 1, b: 2, name: 'name', f: Function, g: setTimeout },
  { a: 2.5, b: -1, name: 'a', f: eval, g: setInterval },
  { a: null, b: NaN, name: 'b', f: 1, g: [] },
  {},
];

describe('quickExpressions', () => {
  it.each(EXPRESSIONS)('makes what the interpreter makes: %s', text => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const ast = parseExpression(text) as unknown;
    const encode = { marktype: 'rect', channels: { y: { ast }, x2: { ast: parseExpression('datum.a') } } };
    const [quick, slow] = [quickExpressions, expressionInterpreter].map(
      each => each.encode({ functions } as never, encode as never) as unknown as Encoder,
    );
    const parameters = [quickExpressions, expressionInterpreter].map(each => {
      const evaluate = each.parameter({ functions } as never, { ast } as never) as unknown as (
        datum: object,
        params: object,
      ) => unknown;
      return (datum: object) => {
        try {
          return [evaluate(datum, { $width: 300, $step: { unit: 7 } })];
        } catch {
          return 'refused';
        }
      };
    });
    // What is refused is told as well.
    const told = (): number => {
      const { length } = silent.mock.calls;
      silent.mockClear();
      return length;
    };
    for (const datum of DATA) {
      expect([made(quick, datum), told()]).toEqual([made(slow, datum), told()]);
      expect([parameters[0](datum), told()]).toEqual([parameters[1](datum), told()]);
    }
    silent.mockRestore();
  });

  const columns: readonly ViewColumn[] = [
    { name: 'ts', type: "timestamp('us')", nullable: false },
    { name: 'device', type: 'string', nullable: false },
    { name: 'value', type: 'float64', nullable: true },
  ];
  const xy = { x: 'ts', y: 'value', color: 'device' };
  const charts: readonly ChartSpec[] = [
    { form: 'point', ...xy },
    { form: 'line', ...xy },
    { form: 'bar', ...xy, stack: true },
    { form: 'area', ...xy, stack: 'normalize' },
    { form: 'histogram', x: 'value', bins: 10, color: 'device' },
    { form: 'heatmap', x: 'value', y: 'device', color: null },
    { form: 'boxplot', x: 'device', y: 'value' },
  ];
  it.each(charts)('draws what the interpreter draws: $form', async chart => {
    const spec = compile(
      toVegaLite(chart, columns, { mode: 'light', width: 500 }) as unknown as TopLevelSpec,
    );
    const row = (i: number) => ({
      ts: 1.7e12 + i * 60_000,
      device: `D${i % 3}`,
      value: i % 7 === 0 ? null : Math.sin(i),
      __state: i % 4,
      __row: i,
    });
    const draw = async (expr: object): Promise<string> => {
      const runtime = parse(spec.spec as Spec, undefined, { ast: true });
      const view = new View(runtime, { renderer: 'none', expr });
      const rows = Array.from({ length: 40 }, (_, i) => row(i));
      await view.insert(ROWS, rows).runAsync();
      await view
        .change(
          ROWS,
          changeset()
            .insert([row(40), row(41)])
            .remove(rows.slice(0, 5)),
        )
        .runAsync();
      const drawn = await view.toSVG();
      view.finalize();
      return drawn.replace(/clip\d+|gradient_\d+/g, 'id');
    };
    expect(await draw(quickExpressions)).toBe(await draw(expressionInterpreter));
  });

  it('leaves little of what charts say to the interpreter', () => {
    const spy = vi.spyOn(expressionInterpreter, 'encode');
    for (const chart of charts) {
      const spec = compile(
        toVegaLite(chart, columns, { mode: 'light', width: 500 }) as unknown as TopLevelSpec,
      );
      new View(parse(spec.spec as Spec, undefined, { ast: true }), {
        renderer: 'none',
        expr: quickExpressions,
      });
    }
    const left = spy.mock.calls.filter(([, encode]) => {
      const { channels } = encode as { channels: object };
      return Object.keys(channels).length > 0;
    });
    expect(left.length / spy.mock.calls.length).toBeLessThan(0.2);
    spy.mockRestore();
  });
});
