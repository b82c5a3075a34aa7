import type { Schema } from '../columns/schema.js';
import type { Expr } from '../expr/ast.js';
import { bindExpr } from '../expr/bind.js';
import type { BoundExpr } from '../expr/bound.js';
import { scalarFunction } from './scalar/registry.js';

/** Types an expression over a schema, with the registered scalar functions. */
export function bind(expr: Expr, schema: Schema): BoundExpr {
  return bindExpr(expr, schema, scalarFunction);
}
