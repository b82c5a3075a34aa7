import { decimalType, STRING, timestampType, typeName } from '../columns/types.js';
import type { DataType, TimeUnit } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { ExprValue } from './exprValue.js';
import { toExpr } from './literals.js';

/** The methods of nested values (`jsonExpressions.ts`) whose names are not their functions'. */
export const JSON_METHODS: Readonly<Record<string, (this: ExprValue, ...args: never[]) => ExprValue>> = {
  json(path: string) {
    return call('jsonGet', this.expr, text(path));
  },
  at(place: unknown) {
    return call('jsonAt', this.expr, toExpr(place));
  },
  asString() {
    return call('jsonText', this.expr);
  },
  asNumber() {
    return call('jsonNumber', this.expr);
  },
  asInt64() {
    return call('jsonInt64', this.expr);
  },
  asDecimal(precision: number, scale: number) {
    return call('jsonDecimal', this.expr, typeText(decimalType(precision, scale)));
  },
  asBoolean() {
    return call('jsonBoolean', this.expr);
  },
  asTimestamp(unit: TimeUnit = 'us') {
    return call('jsonTimestamp', this.expr, typeText(timestampType(unit)));
  },
  keys() {
    return call('jsonKeys', this.expr);
  },
};

function call(fn: string, ...args: readonly Expr[]): ExprValue {
  return new ExprValue({ kind: 'call', fn, args });
}

function text(value: string): Expr {
  return { kind: 'literal', type: STRING, value };
}

function typeText(type: DataType): Expr {
  return text(typeName(type));
}
