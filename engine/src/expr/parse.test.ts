import { describe, expect, it } from 'vitest';
import { SQL_NAMES } from '../functions/scalar/sqlNames.js';
import type { Expr } from './ast.js';
import { parseExpr } from './parse.js';
import { sqlText } from './sqlText.js';

const parse = (text: string): Expr => parseExpr([text], [], SQL_NAMES);
const shown = (text: string): string => sqlText(parse(text));

describe('the grammar of expressions', () => {
  it.each([
    ['a + b * c - d', '((a + (b * c)) - d)'],
    ['a - b - c', '((a - b) - c)'],
    ['-a * -2', '(neg(a) * -2)'],
    ['a || b || c', 'concat(concat(a, b), c)'],
    ['NOT a = b AND c OR d', '(((NOT (a = b)) AND c) OR d)'],
    ['a = b IS NULL', 'isNull((a = b))'],
    ['a IS NOT NULL', 'isNotNull(a)'],
    ['a IS NOT DISTINCT FROM b + 1', 'eqMissing(a, (b + 1))'],
    ['a IS NOT TRUE', 'isDistinctFrom(a, TRUE)'],
    ['a NOT IN (1, 2.5, NULL)', '(NOT isIn(a, 1, 2.5, NULL))'],
    ['a BETWEEN 1 AND 2 AND b', '(between(a, 1, 2) AND b)'],
    ["a NOT LIKE 'x!%' ESCAPE '!'", "(NOT like(a, 'x!%', '!'))"],
    ["CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", "ifElse((a = 1), 'x', ifElse((a = 2), 'y', NULL))"],
    ['CASE WHEN a > 0 THEN 1 ELSE -1 END', 'ifElse((a > 0), 1, -1)'],
    ['CAST(a AS BIGINT)', "cast(a, 'int64')"],
    ['TRY_CAST(a AS DECIMAL(10, 2))', "tryCast(a, 'decimal(10, 2)')"],
    ['CAST(a AS TIMESTAMP(3))', "cast(a, 'timestamp(''ms'')')"],
    ['"a ""b""" + `c d`', '("a ""b""" + "c d")'],
    ["'it''s'", "'it''s'"],
    ["TIMESTAMP '2024-03-08 09:30:00'", "TIMESTAMP('us') '2024-03-08T09:30:00Z'"],
    ["DATE '2024-03-08'", "DATE '2024-03-08'"],
    ["ts + INTERVAL '5' MINUTE", "(ts + DURATION('s') '300 s')"],
    ["ts - INTERVAL '1' MONTH", 'addMonths(ts, -1)'],
    ["INTERVAL '1 h 30 min'", "DURATION('s') '5400 s'"],
    ['char_length(a) + CHAR_LENGTH(b)', '(length(a) + length(b))'],
    ['EXTRACT(YEAR FROM ts) = YEAR(ts)', "(extract(ts, 'year') = extract(ts, 'year'))"],
    ["TRIM(LEADING 'x' FROM a) || TRIM(b)", "concat(ltrim(a, 'x'), trim(b))"],
    ['SUBSTRING(a FROM 2 FOR 3)', 'substring(a, 2, 3)'],
    ["POSITION('x' IN a)", "indexOf(a, 'x')"],
    ['FLOOR(ts TO DAY)', "truncate(ts, '1 day')"],
    ['TIMESTAMPDIFF(HOUR, a, b)', "dateDiff(a, b, 'hour')"],
    ['a -- a comment\n + 1', '(a + 1)'],
    ['2147483648 + 9223372036854775807', '(2147483648 + 9223372036854775807)'],
    ['POWER(a, 2) + ceiling(b)', '(pow(a, 2) + ceil(b))'],
    ['case_id + "case"', '(case_id + "case")'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
    expect(parse(expected)).toEqual(parse(text));
  });

  it('takes values as values, never as text', () => {
    const value: Expr = { kind: 'literal', type: { kind: 'string' }, value: "' OR TRUE --" };
    expect(parseExpr(['a = ', ' AND b'], [value], SQL_NAMES)).toEqual({
      kind: 'call',
      fn: 'and',
      args: [
        { kind: 'call', fn: 'eq', args: [{ kind: 'column', name: 'a' }, value] },
        { kind: 'column', name: 'b' },
      ],
    });
  });

  it.each([
    ['a +', /expected a value, found the end, at column 4:\n {2}a \+\n {5}\^/],
    ['a + * b', /expected a value, found \*, at column 5/],
    ['(a', /expected \) to close the parenthesis/],
    ['a b', /expected an operator or the end, found b/],
    ['a && b', /'&' has no meaning here.*Write AND/s],
    ['a == b', /one =/],
    ['a < b < c', /Comparisons do not chain/],
    ["'open", /does not end/],
    ['a IN 1', /expected \( after IN/],
    ['CASE a END', /expected WHEN after CASE/],
    ['CAST(a AS WORD)', /expected a type, not WORD.*Types: BOOLEAN/s],
    ['roudn(a)', /there is no function roudn\(\).*Did you mean round/s],
    ["DATE 'soon'", /'soon' is no date/],
    ["INTERVAL '1' FORTNIGHT", /no span of time|has no one length|expected/],
    ["INTERVAL '1' MONTH", /months have no one length/],
    ['t.price', /Columns have one name/],
    ['99999999999999999999', /is no int64/],
    ['select', /./],
    ['a = 1 AND\n  b = = 2', /line 2, column/],
  ])('says where %s is wrong', (text, message) => {
    if (text === 'select') return expect(shown(text)).toBe('select');
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(/MR1320/);
  });
});
