import type { AggregateCall, CallOptions, Expr } from './ast.js';

const INFIX: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  eq: '=',
  ne: '≠',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  and: 'and',
  or: 'or',
};

/** An expression as a person reads it: `(price * size) > 100`. */
export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case 'column':
      return expr.name;
    case 'literal': {
      const value =
        typeof expr.value === 'string' && expr.type.kind === 'string'
          ? `'${expr.value}'`
          : String(expr.value);
      return expr.parameter === undefined ? value : `(param ${expr.parameter} = ${value})`;
    }
    case 'call': {
      const args = expr.args.map(exprText);
      const sign = Object.hasOwn(INFIX, expr.fn) ? INFIX[expr.fn] : null;
      return sign === null ? `${expr.fn}(${args.join(', ')})` : `(${args.join(` ${sign} `)})`;
    }
  }
}

/** A call of an aggregate as a person reads it: `sum(distinct size) where (price > 1)`, `quantile(price, q = 0.95)`. */
export function callText(call: AggregateCall): string {
  const text = aggregateText(call.fn, call.args.map(exprText), call.distinct, call.options);
  return call.where === null ? text : `${text} where ${exprText(call.where)}`;
}

/** The same of a call whose arguments are texts. */
export function aggregateText(
  fn: string,
  args: readonly string[],
  distinct: boolean,
  options: CallOptions,
): string {
  if (fn === 'defined') return `${options.name}(${distinct ? 'distinct ' : ''}${args.join(', ')})`;
  const given = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  return `${fn}(${distinct ? 'distinct ' : ''}${[...args, ...given].join(', ')})`;
}
