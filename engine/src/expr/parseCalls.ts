import { STRING, typeName } from '../columns/types.js';
import type { Expr } from './ast.js';
import type { ExprParser } from './parse.js';
import { TYPE_NAMES } from './parseLiterals.js';

const text = (value: string): Expr => ({ kind: 'literal', type: STRING, value });
const call = (fn: string, ...args: readonly Expr[]): Expr => ({ kind: 'call', fn, args });

const TRIMS: Readonly<Record<string, string>> = { BOTH: 'trim', LEADING: 'ltrim', TRAILING: 'rtrim' };

/** Parts of a time that are functions of their own in SQL. */
const PARTS: Readonly<Record<string, string>> = {
  YEAR: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  WEEK: 'week',
  DAY: 'day',
  DAYOFMONTH: 'day',
  DAYOFWEEK: 'dayOfWeek',
  DAYOFYEAR: 'dayOfYear',
  DOY: 'dayOfYear',
  ISODOW: 'dayOfWeek',
  HOUR: 'hour',
  MINUTE: 'minute',
  SECOND: 'second',
  MILLISECOND: 'millisecond',
  MICROSECOND: 'microsecond',
};

/** Calls whose arguments SQL joins by words. The opening parenthesis is taken; null where the call is an ordinary one. */
export function parseSpecialCall(parser: ExprParser, name: string): Expr | null {
  switch (name) {
    case 'CAST':
    case 'TRY_CAST':
    case 'TRYCAST':
      return castCall(parser, name === 'CAST' ? 'cast' : 'tryCast');
    case 'EXTRACT':
      return extractCall(parser);
    case 'TRIM':
      return trimCall(parser);
    case 'POSITION':
      return positionCall(parser);
    case 'SUBSTRING':
    case 'SUBSTR':
      return substringCall(parser);
    case 'FLOOR':
      return floorCall(parser);
    case 'TIMESTAMPDIFF':
      return differenceCall(parser);
    default:
      return Object.hasOwn(PARTS, name) ? partCall(parser, PARTS[name]) : null;
  }
}

function castCall(parser: ExprParser, fn: string): Expr {
  const value = parser.expression();
  if (parser.accept(',')) return call(fn, value, ...parser.list(`${fn}()`));
  parser.expect('AS', `and a type: ${fn.toUpperCase()}(x AS DOUBLE)`);
  const start = parser.next;
  const type = parser.type();
  if (type === null) {
    throw parser.expected(`a type, not ${start.text}`, `Types: ${TYPE_NAMES.join(', ')}.`);
  }
  parser.expect(')', 'after the type');
  return call(fn, value, text(typeName(type)));
}

function extractCall(parser: ExprParser): Expr | null {
  if (parser.next.kind !== 'word' || !parser.is('FROM', parser.peek())) return null;
  const part = parser.next.text.toUpperCase();
  if (!Object.hasOwn(PARTS, part))
    throw parser.expected(`a part of a time: ${Object.keys(PARTS).join(', ')}`);
  parser.take();
  parser.take();
  return partCall(parser, PARTS[part]);
}

function partCall(parser: ExprParser, part: string): Expr {
  const time = parser.expression();
  parser.expect(')', `after the time`);
  return call('extract', time, text(part));
}

function trimCall(parser: ExprParser): Expr {
  const { kind, text: word } = parser.next;
  const side = kind === 'word' && !parser.is('(', parser.peek()) ? TRIMS[word.toUpperCase()] : undefined;
  if (side !== undefined) parser.take();
  const first = parser.accept('FROM') ? null : parser.expression();
  if (first !== null && side === undefined && !parser.is('FROM')) {
    if (parser.accept(',')) return call('trim', first, ...parser.list('TRIM()'));
    parser.expect(')', 'or FROM in TRIM()');
    return call('trim', first);
  }
  if (first !== null) parser.expect('FROM', 'after the characters to trim');
  const value = parser.expression();
  parser.expect(')', 'after the text to trim');
  return call(side ?? 'trim', value, ...(first === null ? [] : [first]));
}

function positionCall(parser: ExprParser): Expr {
  // IN is read as the operator of a list elsewhere.
  const part = parser.expression(4);
  parser.expect('IN', 'in POSITION(part IN text)');
  const value = parser.expression();
  parser.expect(')', 'after the text');
  return call('indexOf', value, part);
}

function substringCall(parser: ExprParser): Expr {
  const value = parser.expression();
  if (!parser.accept('FROM')) {
    if (!parser.accept(',')) throw parser.expected('a comma or FROM in SUBSTRING()');
    return call('substring', value, ...parser.list('SUBSTRING()'));
  }
  const args = [value, parser.expression()];
  if (parser.accept('FOR')) args.push(parser.expression());
  parser.expect(')', 'after the position');
  return call('substring', ...args);
}

function floorCall(parser: ExprParser): Expr {
  const value = parser.expression();
  if (parser.accept('TO')) {
    const unit = parser.take().text.toLowerCase();
    parser.expect(')', 'after the unit');
    return call('truncate', value, text(`1 ${unit}`));
  }
  parser.expect(')', 'after the value');
  return call('floor', value);
}

function differenceCall(parser: ExprParser): Expr {
  const unit = parser.take().text.toLowerCase();
  parser.expect(',', 'after the unit');
  const [from, to] = [parser.expression(), (parser.expect(',', 'between the times'), parser.expression())];
  parser.expect(')', 'after the times');
  return call('dateDiff', from, to, text(unit));
}
