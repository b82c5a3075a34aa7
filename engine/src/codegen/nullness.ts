import type { GroupedShape } from './groupedShape.js';

/**
 * The shape of a grouped query in whose rows only some arguments have been NULL so far. Columns of files and sockets mostly may be NULL and are
 * not: their loops then ask nothing, and what aggregates keep of the same rows is kept once. `nulls` says for each argument whether one
 * has come; with the first of another argument the state is laid out anew.
 */
export function withNulls<Shape extends GroupedShape>(shape: Shape, nulls: readonly boolean[]): Shape {
  return {
    ...shape,
    args: shape.args.map((arg, k) => ({
      ...arg,
      nullable: arg.nullable && nulls[k],
      mayBeNull: arg.nullable,
    })),
  };
}
