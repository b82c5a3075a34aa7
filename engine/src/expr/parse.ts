import { STRING, typeName } from '../columns/types.js';
import type { Expr } from './ast.js';
import { ExprSyntaxError, nearestNames } from './error.js';
import { parseSpecialCall } from './parseCalls.js';
import { intervalOf, numberOf, typedLiteral, typeOf } from './parseLiterals.js';
import type { Interval } from './parseLiterals.js';
import { RESERVED } from './reserved.js';
import { SourceText, tokensOf } from './tokens.js';
import type { Token } from './tokens.js';

/** Which functions an expression may call: the plan's name of a name that was written, or null. */
export interface FunctionNames {
  find(written: string): string | null;
  /** All names, for suggestions. */
  readonly all: readonly string[];
}

/** How tightly operators bind, as in SQL. */
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARE = 4;
const ADD = 5;
const MULTIPLY = 6;
const SIGN = 7;

const COMPARISONS: Readonly<Record<string, string>> = {
  '=': 'eq',
  '<>': 'ne',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};
const ADDITIVE: Readonly<Record<string, string>> = { '+': 'add', '-': 'sub', '||': 'concat' };
const MULTIPLICATIVE: Readonly<Record<string, string>> = { '*': 'mul', '/': 'div', '%': 'mod' };

const literalText = (value: string): Expr => ({ kind: 'literal', type: STRING, value });
const callOf = (fn: string, ...args: readonly Expr[]): Expr => ({ kind: 'call', fn, args });

/**
 * Reads an expression of SQL's grammar. `texts` are the template's pieces and `values` what stands between them, which stay values.
 * Throws `ExprSyntaxError` with the position, what was expected and the nearest names.
 */
export function parseExpr(texts: readonly string[], values: readonly Expr[], names: FunctionNames): Expr {
  const parser = new ExprParser(new SourceText(texts), values, names);
  const expr = parser.expression();
  parser.expectEnd();
  return expr;
}

/** A Pratt parser: each operator takes operands that bind tighter than itself. */
export class ExprParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(
    readonly source: SourceText,
    readonly values: readonly Expr[],
    readonly names: FunctionNames,
  ) {
    this.#tokens = tokensOf(source);
  }

  get next(): Token {
    return this.#tokens[this.#at];
  }

  peek(ahead = 1): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  is(text: string, token = this.next): boolean {
    return token.kind === 'sign'
      ? token.text === text
      : token.kind === 'word' && token.text.toUpperCase() === text;
  }

  /** Takes the word or sign if it comes next. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at++;
    return true;
  }

  expect(text: string, why: string): void {
    if (!this.accept(text)) throw this.expected(`${text} ${why}`);
  }

  /** What is wrong at the next token: something else was expected. */
  expected(what: string, hint: string | null = null): ExprSyntaxError {
    const { kind, text, at } = this.next;
    const found =
      kind === 'end' ? 'the end' : kind === 'param' ? 'a value' : kind === 'string' ? `'${text}'` : text;
    return new ExprSyntaxError(this.source.shown, at, `expected ${what}, found ${found}`, hint);
  }

  expectEnd(): void {
    if (this.next.kind === 'end') return;
    throw this.expected('an operator or the end');
  }

  expression(least = 0): Expr {
    let left = this.#prefix(least);
    for (;;) {
      const next = this.#infix(left, least);
      if (next === null) return left;
      left = next;
    }
  }

  #prefix(least: number): Expr {
    if (this.is('NOT')) return this.#not(least);
    if (this.is('-')) {
      this.take();
      if (this.next.kind === 'number') return this.#number(true);
      return callOf('neg', this.expression(SIGN));
    }
    if (this.accept('+')) return this.expression(SIGN);
    return this.#primary();
  }

  #not(least: number): Expr {
    if (least > NOT) throw this.expected('a value', 'Put the condition in parentheses: (NOT …).');
    this.take();
    return callOf('not', this.expression(NOT));
  }

  #infix(left: Expr, least: number): Expr | null {
    const { kind, text } = this.next;
    if (kind === 'sign') {
      if (Object.hasOwn(MULTIPLICATIVE, text))
        return this.#binary(left, least, MULTIPLY, MULTIPLICATIVE[text]);
      if (Object.hasOwn(ADDITIVE, text)) return this.#additive(left, least, ADDITIVE[text]);
      return Object.hasOwn(COMPARISONS, text) ? this.#comparison(left, least, COMPARISONS[text]) : null;
    }
    if (kind !== 'word') return null;
    switch (text.toUpperCase()) {
      case 'AND':
        return this.#binary(left, least, AND, 'and');
      case 'OR':
        return this.#binary(left, least, OR, 'or');
      case 'IS':
        return least >= COMPARE ? null : this.#is(left);
      case 'NOT':
      case 'IN':
      case 'BETWEEN':
      case 'LIKE':
        return least >= COMPARE ? null : this.#predicate(left);
      default:
        return null;
    }
  }

  #binary(left: Expr, least: number, power: number, fn: string): Expr | null {
    if (power <= least) return null;
    this.take();
    return callOf(fn, left, this.expression(power));
  }

  #comparison(left: Expr, least: number, fn: string): Expr | null {
    if (this.is('=') && this.is('=', this.peek())) {
      throw this.expected('one =', 'Equality is written with one =.');
    }
    const made = this.#binary(left, least, COMPARE, fn);
    if (made !== null && this.next.kind === 'sign' && Object.hasOwn(COMPARISONS, this.next.text)) {
      throw this.expected('AND, OR or the end', 'Comparisons do not chain: write a < b AND b < c.');
    }
    return made;
  }

  #additive(left: Expr, least: number, fn: string): Expr | null {
    if (ADD <= least) return null;
    const sign = this.take().text;
    if (sign !== '||' && this.is('INTERVAL') && this.peek().kind === 'string') {
      const interval = this.#interval();
      if ('expr' in interval) return callOf(fn, left, interval.expr);
      const months = numberOf(String(Math.abs(interval.months)), interval.months < 0 !== (sign === '-'))!;
      return callOf('addMonths', left, months);
    }
    return callOf(fn, left, this.expression(ADD));
  }

  #is(left: Expr): Expr {
    this.take();
    const negated = this.accept('NOT');
    if (this.accept('NULL')) return callOf(negated ? 'isNotNull' : 'isNull', left);
    for (const value of [true, false]) {
      if (this.accept(value ? 'TRUE' : 'FALSE')) {
        return callOf(negated ? 'isDistinctFrom' : 'eqMissing', left, {
          kind: 'literal',
          type: { kind: 'boolean' },
          value,
        });
      }
    }
    if (this.accept('DISTINCT')) {
      this.expect('FROM', 'after IS DISTINCT');
      return callOf(negated ? 'eqMissing' : 'isDistinctFrom', left, this.expression(COMPARE));
    }
    throw this.expected('NULL, TRUE, FALSE or DISTINCT FROM after IS');
  }

  #predicate(left: Expr): Expr {
    const negated = this.accept('NOT');
    const not = (expr: Expr) => (negated ? callOf('not', expr) : expr);
    if (this.accept('BETWEEN')) {
      const low = this.expression(COMPARE);
      this.expect('AND', 'between the ends of BETWEEN');
      return not(callOf('between', left, low, this.expression(COMPARE)));
    }
    if (this.accept('IN')) {
      this.expect('(', 'after IN');
      return not(callOf('isIn', left, ...this.list('IN')));
    }
    if (this.accept('LIKE')) {
      const pattern = this.expression(COMPARE);
      const escape = this.accept('ESCAPE') ? [this.expression(COMPARE)] : [];
      return not(callOf('like', left, pattern, ...escape));
    }
    throw this.expected('IN, BETWEEN or LIKE after NOT');
  }

  /** Expressions up to the closing parenthesis, which is taken. */
  list(of: string): Expr[] {
    const items: Expr[] = [];
    if (this.accept(')')) return items;
    do items.push(this.expression());
    while (this.accept(','));
    this.expect(')', `or a comma in the list of ${of}`);
    return items;
  }

  #number(negative: boolean): Expr {
    const { text, at } = this.take();
    const literal = numberOf(text, negative);
    if (literal === null)
      throw new ExprSyntaxError(this.source.shown, at, `${text} is no int64`, 'Write it as a float: 1e20.');
    return literal;
  }

  #primary(): Expr {
    const token = this.next;
    switch (token.kind) {
      case 'number':
        return this.#number(false);
      case 'string':
        this.take();
        return literalText(token.text);
      case 'param':
        this.take();
        return this.values[Number(token.text)];
      case 'quoted':
        this.take();
        return { kind: 'column', name: token.text };
      case 'word':
        return this.#word(token);
      default:
        if (!this.is('(')) throw this.expected('a value');
    }
    this.take();
    const inner = this.expression();
    this.expect(')', 'to close the parenthesis');
    return inner;
  }

  #word(token: Token): Expr {
    const upper = token.text.toUpperCase();
    if (upper === 'CASE') return this.#case();
    if (this.is('(', this.peek())) return this.#typed() ?? this.#call();
    if (upper === 'TRUE' || upper === 'FALSE') {
      this.take();
      return { kind: 'literal', type: { kind: 'boolean' }, value: upper === 'TRUE' };
    }
    if (upper === 'NULL') {
      this.take();
      return { kind: 'literal', type: STRING, value: null };
    }
    if (upper === 'INTERVAL' && this.peek().kind === 'string') return this.#lengthInterval();
    const typed = this.#typed();
    if (typed !== null) return typed;
    if (RESERVED.has(upper))
      throw this.expected('a value', `A column of that name is written "${token.text}".`);
    this.take();
    if (this.is('.'))
      throw this.expected('an operator', 'Columns have one name; one with a point in it is written "a.b".');
    return { kind: 'column', name: token.text };
  }

  #lengthInterval(): Expr {
    const { at } = this.next;
    const interval = this.#interval();
    if ('expr' in interval) return interval.expr;
    throw new ExprSyntaxError(
      this.source.shown,
      at,
      'months have no one length',
      "They are added to a time: ts + INTERVAL '1' MONTH.",
    );
  }

  #interval(): Interval {
    this.take();
    const { text, at } = this.take();
    const isUnit =
      this.next.kind === 'word' &&
      /^(micro|milli)?(second|minute|hour|day|week|month|quarter|year)s?$/i.test(this.next.text);
    const interval = intervalOf(text, isUnit ? this.take().text : null);
    if (interval !== null) return interval;
    throw new ExprSyntaxError(
      this.source.shown,
      at,
      `'${text}' is no span of time`,
      "Write INTERVAL '90' SECOND or INTERVAL '1 h 30 min'.",
    );
  }

  /** `TIMESTAMP(3) '…'`: a type and its text, or NULL of that type. Null where it is something else; nothing is taken then. */
  #typed(): Expr | null {
    const start = this.#at;
    const type = this.type();
    if (type !== null && this.next.kind === 'string') {
      const { text, at } = this.take();
      const literal = typedLiteral(type, text);
      if (literal !== null) return literal;
      throw new ExprSyntaxError(this.source.shown, at, `'${text}' is no ${typeName(type)}`);
    }
    if (type !== null && this.accept('NULL')) return { kind: 'literal', type, value: null };
    this.#at = start;
    return null;
  }

  /** A type's name with what stands in its parentheses; null where none comes next, and then it may have taken tokens. */
  type(): ReturnType<typeof typeOf> {
    if (this.next.kind !== 'word') return null;
    const name = this.take().text;
    const args: string[] = [];
    if (this.accept('(')) {
      do {
        const argument = this.take();
        if (argument.kind !== 'number' && argument.kind !== 'string') return null;
        args.push(argument.text);
      } while (this.accept(','));
      if (!this.accept(')')) return null;
    }
    return typeOf(name, args);
  }

  #case(): Expr {
    this.take();
    const operand = this.is('WHEN') ? null : this.expression();
    const branches: [Expr, Expr][] = [];
    while (this.accept('WHEN')) {
      const test = this.expression();
      this.expect('THEN', 'after the condition');
      branches.push([operand === null ? test : callOf('eq', operand, test), this.expression()]);
    }
    if (branches.length === 0) throw this.expected('WHEN after CASE');
    const otherwise: Expr = this.accept('ELSE')
      ? this.expression()
      : { kind: 'literal', type: STRING, value: null };
    this.expect('END', 'of CASE');
    return branches.reduceRight(
      (rest, [condition, value]) => callOf('ifElse', condition, value, rest),
      otherwise,
    );
  }

  #call(): Expr {
    const name = this.take();
    this.take();
    const special = parseSpecialCall(this, name.text.toUpperCase());
    if (special !== null) return special;
    const fn = this.names.find(name.text);
    if (fn !== null) return callOf(fn, ...this.list(`${name.text}()`));
    const near = nearestNames(name.text, this.names.all).join(', ');
    throw new ExprSyntaxError(
      this.source.shown,
      name.at,
      `there is no function ${name.text}()`,
      `Did you mean ${near}?`,
    );
  }
}
