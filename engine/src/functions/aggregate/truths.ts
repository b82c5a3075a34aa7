import { BOOLEAN, INT64 } from '../../columns/types.js';
import {
  defineAggregate,
  type AggregateArgument,
  type AggregateDefinition,
  type StatePart,
} from './define.js';
import { requireArguments } from './errors.js';

const TRUE_COUNT: StatePart = {
  kind: 'true count',
  args: [0],
  lanes: [{ name: 'trues', lane: 'float64', init: 0 }],
  add: emit => `if (${emit.args[0]} !== 0) ${emit.lane('trues')} += 1;`,
  retract: emit => `if (${emit.args[0]} !== 0) ${emit.lane('trues')} -= 1;`,
  merge: emit => `${emit.lane('trues')} += ${emit.other('trues')};`,
};

function requireCondition(name: string, args: readonly AggregateArgument[]): void {
  requireArguments(name, args, 1, arg => arg.type.kind === 'boolean', 'a condition');
}

export const countIf = defineAggregate({
  name: 'countIf',
  doc: 'The number of rows for which the condition is true. 0 for none.',
  signature: 'condition: boolean',
  sql: args => `COUNT(CASE WHEN ${args[0]} THEN 1 END)`,
  duckdb: args => `count(CASE WHEN ${args[0]} THEN 1 END)`,
  adds: 'count',
  ordered: false,
  distinct: 'none',
  retracts: true,
  resolve(args) {
    requireCondition('countIf', args);
    return { type: INT64, nullable: false };
  },
  bind: () => ({
    parts: { trues: TRUE_COUNT },
    counts: false,
    valueOfNone: true,
    value: emit => ({ value: emit.part('trues').lane('trues') }),
  }),
  reference: rows => BigInt(rows.filter(row => row.args[0] === true).length),
});

/** `any` and `all` differ in how many conditions have to be true. */
function quantifier(name: 'any' | 'all'): AggregateDefinition {
  const some = name === 'any';
  return defineAggregate({
    name,
    doc: `Whether the condition is true for ${some ? 'any row' : 'all rows'}; NULLs are left out. NULL for none.`,
    signature: 'condition: boolean',
    sql: args => `(${some ? 'MAX' : 'MIN'}(CASE WHEN ${args[0]} THEN 1 WHEN NOT ${args[0]} THEN 0 END) = 1)`,
    duckdb: args => `bool_${some ? 'or' : 'and'}(${args[0]})`,
    ordered: false,
    distinct: 'same',
    retracts: true,
    resolve(args) {
      requireCondition(name, args);
      return { type: BOOLEAN, nullable: args[0].nullable };
    },
    bind: () => ({
      parts: { trues: TRUE_COUNT },
      counts: !some,
      value(emit) {
        const trues = emit.part('trues').lane('trues');
        return { value: `(${some ? `${trues} > 0` : `${trues} === ${emit.seen}`} ? 1 : 0)` };
      },
    }),
    reference(rows) {
      if (rows.length === 0) return null;
      return some ? rows.some(row => row.args[0] === true) : rows.every(row => row.args[0] === true);
    },
  });
}

export const any = quantifier('any');
export const all = quantifier('all');
