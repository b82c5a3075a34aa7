import { expect, test } from 'vitest';
import type { InputSpec, InputValue } from '@millrace/protocol';
import type { Expr } from '../../engine/src/expr/ast.js';
import { explainPlan, explainText } from '../../engine/src/plan/explain.js';
import { inputLiteral } from '../../engine/src/plan/inputLiteral.js';
import { filterNode } from '../../engine/src/plan/build.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { replaceSources } from '../../engine/src/plan/replaceSources.js';
import type { HostLink } from '../../engine/src/session/protocol.js';
import { difference } from './duckdb/compare.js';
import { pausedSession, show, shown } from './plans/pausedSession.js';
import { PlanMaker, sourceOf } from './plans/planMaker.js';
import { randomTable, type RandomTable } from './plans/tables.js';
import { forRandom, type Random } from './random.js';

/** What gives one literal. */
type ControlSpec = Exclude<InputSpec, { kind: 'selection' }>;

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 8);

type Literal = Extract<Expr, { kind: 'literal' }>;

/** Functions whose numbers and texts may be any: others take names of types, patterns and units. */
const ANY_VALUE = new Set([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'add',
  'sub',
  'mul',
  'div',
  'between',
  'ifElse',
  'coalesce',
]);

interface Parameter {
  readonly spec: ControlSpec;
  value: InputValue;
}

/** The input that gives values of a literal's type, beginning with the literal's own; null for types that inputs do not have. */
function specFor({ type, value }: Literal): ControlSpec | null {
  const label = null;
  switch (type.kind) {
    case 'int32':
      return {
        kind: 'range',
        label,
        min: -(2 ** 31),
        max: 2 ** 31 - 1,
        step: 1,
        whole: true,
        value: Number(value),
      };
    case 'float64': {
      const number = Number(value);
      if (!Number.isFinite(number) || Object.is(number, -0)) return null;
      return { kind: 'range', label, min: -1e9, max: 1e9, step: null, whole: false, value: number };
    }
    case 'string':
      return { kind: 'text', label, maxLength: 100, value: String(value) };
    case 'boolean':
      return { kind: 'toggle', label, value: value === true };
    default:
      return null;
  }
}

function someValue(random: Random, spec: ControlSpec): InputValue {
  switch (spec.kind) {
    case 'range':
      if (!spec.whole) return random.pick([0, 1, -1, 0.5, -2.5, 3.25, 100.75, 12.125, 1e6]);
      return random.pick([0, 1, -1, 2, 3, 7, -8, 40, 1000, 2 ** 31 - 1, -(2 ** 31)]);
    case 'text':
      return random.pick(['a', 'b', '', '__proto__', 'ü', '12', "it's"]);
    default:
      return random.chance(0.5);
  }
}

/** Puts parameters into the places of some literals of a plan, and notes them. */
function parameterise(random: Random, plan: PlanNode, parameters: Map<string, Parameter>): PlanNode {
  const done = new Map<unknown, unknown>();
  const visit = (data: unknown, isValue: boolean): unknown => {
    if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return data;
    if (done.has(data)) return done.get(data);
    const made = change(data, isValue);
    done.set(data, made);
    return made;
  };
  const change = (data: object, isValue: boolean): unknown => {
    if (Array.isArray(data)) return Object.freeze(data.map(item => visit(item, isValue)));
    const { kind, fn } = data as { readonly kind?: string; readonly fn?: string };
    if (kind === 'source') return data;
    if (kind === 'literal') return isValue && random.chance(0.7) ? parameterFor(data as Literal) : data;
    const entries = Object.entries(data).map(([name, value]) => {
      const within = kind === 'call' && name === 'args' ? ANY_VALUE.has(fn!) : false;
      return [name, visit(value, within)];
    });
    return Object.freeze(Object.fromEntries(entries));
  };
  const parameterFor = (literal: Literal): Literal => {
    // One parameter stands in several places, and in several plans.
    for (const [name, { spec }] of parameters) {
      const mine = inputLiteral(name, spec, spec.value);
      if (mine.type.kind === literal.type.kind && random.chance(0.4)) return mine;
    }
    const spec = literal.value === null ? null : specFor(literal);
    if (spec === null) return literal;
    const name = `p${parameters.size}`;
    parameters.set(name, { spec, value: spec.value });
    return inputLiteral(name, spec, spec.value);
  };
  return visit(plan, false) as PlanNode;
}

/** The plan over some of the rows of its sources, by what inputs hold. */
function filtered(random: Random, plan: PlanNode, tables: readonly RandomTable[]): PlanNode {
  return replaceSources(plan, source => {
    const { fields } = tables.find(({ name }) => name === source.name)!;
    const plain = fields.filter(({ type }) => ['int32', 'float64', 'string', 'boolean'].includes(type.kind));
    if (plain.length === 0 || random.chance(0.2)) return source;
    const { name, type } = random.pick(plain);
    const given = { int32: 1, float64: 0.5, string: 'a', boolean: true }[type.kind as 'int32'];
    const fn = random.pick(['ne', 'gt', 'le']);
    const args: Expr[] = [
      { kind: 'column', name },
      { kind: 'literal', type, value: given },
    ];
    const predicate: Expr = { kind: 'call', fn: type.kind === 'boolean' ? 'ne' : fn, args };
    return filterNode({ input: source, predicate });
  });
}

/** The plan with plain literals of these values. */
function literally(plan: PlanNode, parameters: ReadonlyMap<string, Parameter>): PlanNode {
  const text = JSON.stringify(plan, (_, value: unknown) => {
    if (ArrayBuffer.isView(value)) return { bytes: Array.from(value as Uint8Array) };
    if (typeof value !== 'object' || value === null || !('parameter' in value)) return value;
    const { spec, value: held } = parameters.get(value.parameter as string)!;
    const { parameter: _name, ...literal } = inputLiteral('', spec, held);
    return literal;
  });
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'bytes' in value
      ? Uint8Array.from(value.bytes as number[])
      : value,
  ) as PlanNode;
}

let compared = 0;
let changes = 0;

/** Every view is as in a session of its own, whose plans have these values as literals and whose clock went there at once. */
async function expectLiterals(
  link: HostLink,
  plans: ReadonlyMap<string, PlanNode>,
  parameters: ReadonlyMap<string, Parameter>,
  tables: readonly RandomTable[],
  time: number,
  plain: PlanNode,
): Promise<void> {
  const fresh = await pausedSession(1e9);
  try {
    await show(fresh.link, 'plain', plain);
    const expected = new Map<string, PlanNode>();
    for (const [name, plan] of plans) {
      const literal = literally(plan, parameters);
      if (await show(fresh.link, name, literal)) expected.set(name, literal);
    }
    await fresh.link.request({ type: 'seek', to: time });
    const rows = tables.reduce((total, each) => total + each.rows.length, 0);
    const largest = Math.max(1e9, ...tables.map(each => each.largest));
    for (const name of expected.keys()) {
      const [made, wanted] = [await shown(link, name), await shown(fresh.link, name)];
      // Whether a sum leaves its type on the way hangs on what was told together.
      if (made === null || wanted === null) continue;
      compared++;
      const found = difference(made, wanted, rows, largest);
      if (found !== null)
        throw new Error(`${name}: ${found}\nof ${explainText(explainPlan(expected.get(name)!))}`);
    }
  } finally {
    await fresh.close();
  }
}

test('whatever values inputs are given, and when, every table is as in a run with literals of them', async () => {
  await forRandom(async random => {
    const tables = ['first', 'second'].map(name => randomTable(random, name));
    const boundUs = random.pick([0, 3e6, 8e6]);
    const sources = tables.map(table => sourceOf(table, 'values', true, boundUs));
    const parameters = new Map<string, Parameter>();
    const waiting: [string, PlanNode][] = [];
    for (let k = 0; k < 4; k++) {
      const [source, other] = random.chance(0.7) ? sources : [...sources].reverse();
      const maker = new PlanMaker(random, source, { said: false, late: true });
      const plan = random.chance(0.4) ? maker.combined(other) : maker.plan();
      waiting.push([`view${k}`, parameterise(random, filtered(random, plan, tables), parameters)]);
    }
    if (parameters.size === 0) return;
    const { link, close } = await pausedSession(random.pick([1, 7, 40]));
    try {
      for (const [name, { spec }] of parameters)
        await link.request({ type: 'input', name, spec, owner: null });
      await show(link, 'plain', sources[0]);
      const plans = new Map<string, PlanNode>();
      const add = async (): Promise<void> => {
        const next = waiting.shift();
        if (next !== undefined && (await show(link, ...next))) plans.set(...next);
      };
      await add();
      await add();
      const { startUs, endUs } = await link.request({ type: 'clock', command: { type: 'state' } });
      const span = (endUs as number) - (startUs as number);
      for (let move = 0; move < 4; move++) {
        const pending: Promise<unknown>[] = [];
        for (let burst = random.below(4); burst >= 0; burst--) {
          const [name, parameter] = random.pick([...parameters]);
          parameter.value = someValue(random, parameter.spec);
          changes++;
          pending.push(link.request({ type: 'inputSet', name, value: parameter.value }));
          if (random.chance(0.3)) await new Promise(setImmediate);
          // Views that are made while others go over to new values have the new ones.
          if (random.chance(0.3)) await add();
        }
        const time = (startUs as number) + random.below(span + 2e6);
        const moved = link.request({ type: 'seek', to: time });
        if (random.chance(0.5)) await moved;
        await Promise.all(pending);
        await link.request({ type: 'inputsSettled' });
        await moved;
        await link.request({ type: 'seek', to: time });
        await link.request({ type: 'inputsSettled' });
        await expectLiterals(link, plans, parameters, tables, time, sources[0]);
      }
    } finally {
      await close();
    }
  }, RUNS);
  // A property that compares nothing holds of anything.
  expect(compared).toBeGreaterThan(3 * RUNS);
  expect(changes).toBeGreaterThan(3 * RUNS);
});
