import { MillraceError } from '../columns/error.js';
import type { Expr } from '../expr/ast.js';
import { exprText } from '../expr/text.js';

/** The calls made while a callback runs, or null outside of one. */
let made: Set<Expr> | null = null;

/** Notes an expression that a callback makes. */
export function noteExpression(value: { readonly expr: Expr }): void {
  if (value.expr.kind === 'call') made?.add(value.expr);
}

/**
 * Runs a callback that makes expressions and checks that each of them is part of what it returns: JavaScript's `&&` and `?:`
 * silently throw one of their sides away.
 *
 * @throws MillraceError `MR1301` for an expression that was built and not used
 */
export function usingAll<Result>(
  method: string,
  callback: () => Result,
  roots: (result: Result) => readonly Expr[],
): Result {
  const outer = made;
  const mine = new Set<Expr>();
  made = mine;
  let result: Result;
  try {
    result = callback();
    const used = new Set<Expr>();
    for (const root of roots(result)) collect(root, used);
    for (const expr of mine) {
      if (used.has(expr) || isPartOfUnused(expr, mine)) continue;
      throw new MillraceError(
        'MR1301',
        `in ${method}(), the expression ${exprText(expr)} was built and then not used.`,
        'Join conditions with .and(), .or() and .not(), and choose with .ifElse(): &&, || and ?: keep only one side.',
      );
    }
  } finally {
    made = outer;
  }
  return result;
}

/** Whether another expression of the callback holds this one: then that one is named. */
function isPartOfUnused(expr: Expr, all: ReadonlySet<Expr>): boolean {
  for (const other of all) if (other.kind === 'call' && other.args.includes(expr)) return true;
  return false;
}

function collect(expr: Expr, into: Set<Expr>): void {
  if (into.has(expr)) return;
  into.add(expr);
  if (expr.kind === 'call') for (const arg of expr.args) collect(arg, into);
}
