import { MillraceError } from '../columns/error.js';
import { parseDuration } from '../columns/duration.js';
import { INT64, STRING, typeName } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import { ExprValue } from './exprValue.js';
import { toExpr } from './literals.js';
import type { ColumnType } from './types.js';

/** Methods that hand their arguments to the function of the same name. */
const PLAIN = [
  ...['isNull', 'isNotNull', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'between'],
  ...[
    'add',
    'sub',
    'mul',
    'div',
    'mod',
    'pow',
    'neg',
    'abs',
    'round',
    'floor',
    'ceil',
    'sqrt',
    'ln',
    'exp',
    'isNaN',
  ],
  ...['not', 'coalesce', 'ifElse'],
  ...['upper', 'lower', 'trim', 'length', 'concat', 'contains', 'startsWith', 'endsWith', 'substring'],
];

const call = (fn: string, args: readonly Expr[]): ExprValue => new ExprValue({ kind: 'call', fn, args });
const text = (value: string): Expr => ({ kind: 'literal', type: STRING, value });

type Method = (this: ExprValue, ...args: never[]) => ExprValue;

/** Methods whose arguments take another form in the plan. */
const SPECIAL: Record<string, Method> = {
  isIn(values: readonly unknown[]) {
    if (!Array.isArray(values)) {
      throw new MillraceError('MR1304', 'isIn() takes an array.', "Write t.symbol.isIn(['AAPL', 'MSFT']).");
    }
    return call('isIn', [this.expr, ...values.map(toExpr)]);
  },
  and(...others: unknown[]) {
    return new ExprValue(
      others.map(toExpr).reduce((all, other) => ({ kind: 'call', fn: 'and', args: [all, other] }), this.expr),
    );
  },
  or(...others: unknown[]) {
    return new ExprValue(
      others.map(toExpr).reduce((all, other) => ({ kind: 'call', fn: 'or', args: [all, other] }), this.expr),
    );
  },
  cast(type: ColumnType<unknown>) {
    return call('cast', [this.expr, text(typeName(type.type))]);
  },
  truncate(span: string) {
    const microseconds = parseDuration(span, 'a span to truncate to');
    return call('truncate', [this.expr, { kind: 'literal', type: INT64, value: String(microseconds) }]);
  },
  extract(part: string) {
    return call('extract', [this.expr, text(part)]);
  },
};

for (const name of PLAIN) {
  scalarFunction(name);
  define(name, function (this: ExprValue, ...args: never[]) {
    return call(name, [this.expr, ...args.map(toExpr)]);
  });
}
for (const [name, method] of Object.entries(SPECIAL)) define(name, method);

function define(name: string, value: Method): void {
  Object.defineProperty(ExprValue.prototype, name, { value, writable: true, configurable: true });
}

/** The columns of a row as expressions: any name is a column, `col(name)` too. Names are checked when the plan is bound. */
export function columnsProxy(): never {
  const column = (name: string) => new ExprValue({ kind: 'column', name });
  return new Proxy(
    {},
    {
      get: (_, name) => {
        if (typeof name !== 'string') return undefined;
        return name === 'col' ? column : column(name);
      },
    },
  ) as never;
}
