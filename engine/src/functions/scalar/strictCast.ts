import { typeName } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import { MillraceError } from '../../columns/error.js';
import type { BoundCall, ScalarFunction } from '../../expr/function.js';
import { tryCast } from './cast.js';
import { flinkType } from './sql.js';

/** A value that the type asked for cannot hold. */
class CastError extends MillraceError {
  override readonly name = 'CastError';
  constructor(value: Value, call: BoundCall) {
    const [from] = call.args;
    const shown = typeof value === 'string' ? `'${value}'` : String(value);
    const where = from.kind === 'column' ? ` of column '${from.name}'` : '';
    super(
      'MR1204',
      `the ${typeName(from.type)} ${shown}${where} is no ${typeName(call.type)}.`,
      'Write .tryCast(…) to have NULL instead of such values.',
    );
  }
}

/** `tryCast` with an error where it has NULL. */
export const cast: ScalarFunction = {
  ...tryCast,
  name: 'cast',
  signature: 'cast(x, type)',
  aliases: [],
  doc: 'The value as another type; fractions are cut off. A value that the type cannot hold (text that is no number, a number too large) is an error that names it; see `tryCast`.',
  examples: tryCast.examples.filter(example => example.result !== null),
  mayFail: true,
  sql: {
    duckdb: (args, call) => tryCast.sql.duckdb?.(args, call)?.replace(/^TRY_CAST/, 'CAST') ?? null,
    flink: ([x], call) => `CAST(${x} AS ${flinkType(call.type)})`,
  },
  bind(args) {
    return { ...tryCast.bind(args), nullable: args[0].nullable };
  },
  evaluate([value], call) {
    const result = tryCast.evaluate([value], call);
    if (result === null) throw new CastError(value, call);
    return result;
  },
  emit(args, call, scope) {
    const { value, valid = null } = tryCast.emit!(args, call, scope);
    if (valid === null) return { value };
    const [x] = args;
    scope.statement(`if (${x.valid === null ? '' : `${x.valid} && `}!(${valid})) ${scope.bail}`);
    return { value };
  },
};
