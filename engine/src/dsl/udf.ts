import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import type { Expr as PlanExpr } from '../expr/ast.js';
import { applyNode, projectNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import type { Expr, ExprOf } from './expressions.js';
import { ExprValue } from './exprValue.js';
import { registerFunction, valueFunction } from './userFunctions.js';
import { toExpr } from './literals.js';
import { made } from './origin.js';
import type { ColumnType } from './types.js';

/** What a udf's call takes: for each declared type an expression of it, or a value. */
type UdfArguments<Args extends readonly ColumnType<unknown>[]> = {
  readonly [K in keyof Args]: Args[K] extends ColumnType<infer T>
    ? Expr<T> | Expr<T | null> | NonNullable<T>
    : never;
};

type UdfValues<Args extends readonly ColumnType<unknown>[]> = {
  readonly [K in keyof Args]: Args[K] extends ColumnType<infer T> ? T : never;
};

/** Functions that were declared and their calls' names in plans: `udf` calls are lifted out of expressions before a plan is made. */
const declared = new Map<string, { readonly name: string; readonly returns: Field }>();
const CALL = 'udf ';

/**
 * A function of your own in expressions: it gets values and gives one, in TypeScript. It runs where it was made (in a notebook: in the process
 * of its cells), in batches and in the order of the rows, and stands still while a cell loops; everything else does not. It should give the
 * same for the same arguments. Where an argument whose type is not nullable is NULL, it is not called and the result is NULL.
 *
 * @param name what plans and errors call it
 * @throws MillraceError `MR1801` (when the rows are read) where the function throws, with what it said
 * @example
 * const clean = udf('clean', { args: [string], returns: string }, text => text.normalize('NFC').trim());
 * trades.derive(t => ({ symbol: clean(t.symbol) }))
 */
export function udf<const Args extends readonly ColumnType<unknown>[], R>(
  name: string,
  types: { readonly args: Args; readonly returns: ColumnType<R> },
  fn: (...values: UdfValues<Args>) => R,
): (...args: UdfArguments<Args>) => ExprOf<R | null> {
  const returns: Field = { name, type: types.returns.type, nullable: true };
  const takesNull = types.args.map(type => type.isNullable);
  const id = registerFunction(`the function '${name}'`, [returns], valueFunction(fn as never, takesNull));
  declared.set(id, { name, returns });
  return (...args) => {
    if (args.length !== types.args.length) {
      throw new MillraceError(
        'MR1804',
        `${name}() takes ${types.args.length} arguments, not ${args.length}.`,
        `Declare them: udf('${name}', { args: […], returns: … }, …).`,
      );
    }
    const casts = (args as readonly unknown[]).map(arg => toExpr(arg));
    return new ExprValue({ kind: 'call', fn: CALL + id, args: casts }) as never;
  };
}

/** Expressions without calls of udfs, over a plan that has their results as columns, whose names begin with `__udf`. */
export function liftFunctions(
  plan: PlanNode,
  exprs: readonly PlanExpr[],
): { readonly plan: PlanNode; readonly exprs: readonly PlanExpr[]; readonly temporary: readonly string[] } {
  let lifted = plan;
  const temporary: string[] = [];
  const known = new Map<PlanExpr, PlanExpr>();
  const lift = (expr: PlanExpr): PlanExpr => {
    if (expr.kind !== 'call') return expr;
    const before = known.get(expr);
    if (before !== undefined) return before;
    const args = expr.args.map(lift);
    const after = expr.fn.startsWith(CALL)
      ? column(apply(expr.fn.slice(CALL.length), args))
      : { ...expr, args };
    const same = after.kind === 'call' && args.every((arg, at) => arg === expr.args[at]);
    known.set(expr, same ? expr : after);
    return same ? expr : after;
  };
  const apply = (id: string, args: readonly PlanExpr[]): string => {
    const { name, returns } = declared.get(id)!;
    const prefix = `__udf${temporary.length}`;
    const names = args.map((_, at) => `${prefix}_${at}`);
    temporary.push(...names, prefix);
    lifted = made(
      projectNode({
        input: lifted,
        keep: 'all',
        columns: args.map((expr, at) => ({ name: names[at], expr })),
      }),
    );
    lifted = made(
      applyNode({
        input: lifted,
        form: 'udf',
        fn: id,
        name,
        args: names,
        by: [],
        returns: [{ ...returns, name: prefix }],
      }),
    );
    return prefix;
  };
  const results = exprs.map(lift);
  return { plan: lifted, exprs: results, temporary };
}

function column(name: string): PlanExpr {
  return { kind: 'column', name };
}
