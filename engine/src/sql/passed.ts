import type { Expr } from '../expr/ast.js';

/** Under which name a projection passes a column on as it was, or null. */
export function passedAs(
  columns: readonly { readonly name: string; readonly expr: Expr }[],
  name: string,
): string | null {
  const same = columns.filter(({ expr }) => expr.kind === 'column' && expr.name === name);
  return (same.find(column => column.name === name) ?? same[0])?.name ?? null;
}
