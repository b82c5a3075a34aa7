import { expect, test } from 'vitest';
import { compileColumn } from '../../engine/src/codegen/column.js';
import { FilterKernel } from '../../engine/src/codegen/filter.js';
import type { Batch } from '../../engine/src/columns/batch.js';
import type { Column } from '../../engine/src/columns/column.js';
import { MillraceError } from '../../engine/src/columns/error.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import type { BoundExpr } from '../../engine/src/expr/bound.js';
import { interpretColumn, interpreter } from '../../engine/src/expr/interpret.js';
import { parseExpr } from '../../engine/src/expr/parse.js';
import { sqlText } from '../../engine/src/expr/sqlText.js';
import { bind } from '../../engine/src/functions/bind.js';
import { SCALAR_FUNCTIONS, scalarFunction } from '../../engine/src/functions/scalar/registry.js';
import { SQL_NAMES } from '../../engine/src/functions/scalar/sqlNames.js';
import { FIELDS, isPrintable, randomBatch, randomCall, randomExpr } from '../support/randomExpressions.js';
import { forRandom } from './random.js';

const SCHEMA = { fields: FIELDS };
const FUNCTIONS = [...SCALAR_FUNCTIONS.values()];

/** What a computation gives: the values, or the error's code. */
function outcome(work: () => Value[]): Value[] | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof MillraceError) return error.code;
    throw error;
  }
}

function bound(expr: Expr): BoundExpr | null {
  try {
    return bind(expr, SCHEMA);
  } catch (error) {
    // A random literal may be one that a function refuses when the query is planned.
    if (error instanceof MillraceError) return null;
    throw error;
  }
}

function valuesOf(column: Column, length: number): Value[] {
  return Array.from({ length }, (_, row) => valueAt(column, row));
}

/** Generated code gives what the interpreter gives, on values, NULLs and errors; NULL only where the type says so. */
function expectSame(typed: BoundExpr, batches: readonly Batch[], text: string): void {
  const kernel = compileColumn(typed, SCHEMA);
  const evaluate = interpreter(typed, scalarFunction);
  for (const batch of batches) {
    const expected = outcome(() => valuesOf(interpretColumn(evaluate, typed, batch), batch.length));
    expect(
      outcome(() => valuesOf(kernel.run(batch), batch.length)),
      text,
    ).toEqual(expected);
    if (!typed.nullable && Array.isArray(expected)) expect(expected, text).not.toContain(null);
  }
}

test('random expressions of all functions: generated code is the interpreter', async () => {
  await forRandom(random => {
    const batches = [randomBatch(random, 7, true), randomBatch(random, 7, random.chance(0.5))];
    for (let count = 0; count < 3; count++) {
      const fn = random.pick(FUNCTIONS);
      const expr = randomCall(random, fn, random.pick(fn.examples), 3);
      const typed = bound(expr);
      if (typed !== null) expectSame(typed, batches, sqlText(expr));
    }
  });
});

test('every function, over columns and literals of its types', async () => {
  await forRandom(random => {
    const batches = [randomBatch(random, 5, true), randomBatch(random, 5, false)];
    for (let count = 0; count < 3; count++) {
      const fn = FUNCTIONS[random.below(FUNCTIONS.length)];
      for (const example of fn.examples.slice(0, 3)) {
        const expr = randomCall(random, fn, example, 1);
        const typed = bound(expr);
        if (typed !== null) expectSame(typed, batches, sqlText(expr));
      }
    }
  });
});

test('a filter keeps the rows for which the interpreter says true, under three-valued logic', async () => {
  await forRandom(random => {
    const batch = randomBatch(random, 9, random.chance(0.7));
    const conditions = Array.from({ length: 3 }, () => randomExpr(random, { kind: 'boolean' }, 2));
    const [a, b, c] = conditions.map(condition =>
      random.chance(0.3) ? ({ kind: 'call', fn: 'not', args: [condition] } as const) : condition,
    );
    const joined: Expr = {
      kind: 'call',
      fn: random.pick(['and', 'or', 'xor']),
      args: [a, { kind: 'call', fn: random.pick(['and', 'or', 'eqMissing']), args: [b, c] }],
    };
    const typed = bound(joined);
    if (typed === null) return;
    const evaluate = interpreter(typed, scalarFunction);
    const rows = [...Array(batch.length).keys()];
    const expected = outcome(() => rows.filter(row => evaluate(batch.columns, row) === true));
    const kept = outcome(() => {
      const out = new FilterKernel(typed, SCHEMA).run({
        ...batch,
        kinds: Uint8Array.from(rows, row => row % 4),
      });
      return [...out.kinds!.subarray(0, out.length)];
    });
    expect(kept, sqlText(joined)).toEqual(
      Array.isArray(expected) ? expected.map(row => Number(row) % 4) : expected,
    );
  });
});

test('an expression is read again from its own text', async () => {
  await forRandom(random => {
    for (let count = 0; count < 6; count++) {
      const fn = random.pick(FUNCTIONS);
      const expr = randomCall(random, fn, random.pick(fn.examples), 3);
      if (isPrintable(expr)) expect(parseExpr([sqlText(expr)], [], SQL_NAMES), sqlText(expr)).toEqual(expr);
    }
  });
});
