import type { CallOptions, Expr } from '../expr/ast.js';
import { sqlText } from '../expr/sqlText.js';
import { noteExpression } from './usage.js';

/** What the interfaces of `expressions.ts` are at run time: plan data, with the methods of `exprMethods.ts`. */
export class ExprValue {
  readonly expr: Expr;

  constructor(expr: Expr) {
    this.expr = expr;
    noteExpression(this);
  }

  /** How a cell and `console.log` show it: as `` expr`…` `` reads it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `expr\`${sqlText(this.expr)}\``;
  }

  /** An expression turned into text or a number is a mistake: `t.price > 1`, `'' + t.symbol`. */
  [Symbol.toPrimitive](): never {
    throw new ExpressionMisuse();
  }
}

/** An expression of columns was used as if it were a value. */
class ExpressionMisuse extends TypeError {
  override readonly name = 'ExpressionMisuse';
  constructor() {
    super(
      'MR1303 an expression of columns has no value of its own: operators such as >, + and == cannot be used on it. ' +
        'Write methods: t.price.gt(1), t.price.add(1), t.symbol.eq("A").',
    );
  }
}

/** What an aggregate call is at run time. */
export class AggregateValue {
  constructor(
    readonly fn: string,
    readonly args: readonly Expr[],
    readonly where: Expr | null,
    readonly distinct: boolean,
    readonly options: CallOptions,
  ) {}
}
