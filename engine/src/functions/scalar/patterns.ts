import { RE2JS } from 're2js';
import { BOOLEAN, INT32, STRING } from '../../columns/types.js';
import { MillraceError } from '../../columns/error.js';
import type { Argument, BoundCall } from '../../expr/function.js';
import { fixedFunction } from './fixed.js';
import { literalArgument, sqlString } from './sql.js';
import { codePoints } from './strings.js';

/** Patterns are compiled once; a session has few of them. */
const KEPT = 200;
const compiled = new Map<string, RE2JS>();

/**
 * A pattern in RE2's syntax, whose matching takes time in proportion to the text, whatever the pattern: no text can hang the engine.
 * Error `MR1206` for what is none.
 */
function patternOf(text: string): RE2JS {
  let pattern = compiled.get(text);
  if (pattern === undefined) {
    try {
      pattern = RE2JS.compile(text);
    } catch (error) {
      throw new MillraceError(
        'MR1206',
        `/${text}/ is not a regular expression that is understood: ${(error as Error).message}.`,
        "The syntax is RE2's: no backreferences and no lookaround, which can take for ever.",
      );
    }
    if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value!);
    compiled.set(text, pattern);
  }
  return pattern;
}

function checkPattern(args: readonly Argument[]): void {
  patternOf(String(args[1].literal));
}

export const regexMatches = fixedFunction({
  name: 'regexMatches',
  signature: 'regexMatches(text, pattern)',
  doc: 'Whether the pattern matches anywhere in the string (^ and $ hold it to the ends); RE2 syntax.',
  examples: [
    [['BTC-USD', '^[A-Z]+-USD$'], true],
    [['BTC-EUR', '^[A-Z]+-USD$'], false],
  ],
  args: [STRING, STRING],
  type: BOOLEAN,
  literals: [1],
  aliases: ['REGEXP', 'REGEXP_MATCHES', 'REGEXP_LIKE'],
  check: checkPattern,
  sql: {
    duckdb: ([s, p]) => `REGEXP_MATCHES(${s}, ${p})`,
    flink: ([s, p]) => `REGEXP(${s}, ${p})`,
  },
  evaluate: ([s, pattern]) =>
    patternOf(pattern as string)
      .matcher(s as string)
      .find(),
});

export const regexExtract = fixedFunction({
  name: 'regexExtract',
  signature: 'regexExtract(text, pattern, group?)',
  doc: 'The first match of the pattern, or of one of its groups (0 is the whole match); NULL where there is none.',
  examples: [
    [['BTC-USD', '([A-Z]+)-([A-Z]+)', 2], 'USD'],
    [['BTC-USD', '[0-9]+'], null],
  ],
  args: [STRING, STRING, INT32],
  least: 2,
  type: STRING,
  nullable: true,
  literals: [1, 2],
  aliases: ['REGEXP_EXTRACT'],
  check(args) {
    const groups = patternOf(String(args[1].literal)).groupCount();
    const group = Number(args[2]?.literal ?? 0);
    if (Number.isInteger(group) && group >= 0 && group <= groups) return;
    throw new MillraceError(
      'MR1206',
      `/${String(args[1].literal)}/ has no group ${group}.`,
      `It has ${groups}; 0 is the whole match.`,
    );
  },
  sql: {
    duckdb: ([s, p, group = '0']) =>
      `(CASE WHEN REGEXP_MATCHES(${s}, ${p}) THEN REGEXP_EXTRACT(${s}, ${p}, ${group}) END)`,
    flink: ([s, p, group = '0']) => `REGEXP_EXTRACT(${s}, ${p}, ${group})`,
  },
  evaluate([s, pattern, group]) {
    const matcher = patternOf(pattern as string).matcher(s as string);
    return matcher.find() ? (matcher.group((group as number | undefined) ?? 0) ?? null) : null;
  },
});

export const regexReplace = fixedFunction({
  name: 'regexReplace',
  signature: 'regexReplace(text, pattern, by)',
  doc: 'The string with every match of the pattern replaced; `$1` in the replacement is the first group, `$$` a dollar.',
  examples: [[['2024-03-08', '(\\d+)-(\\d+)-(\\d+)', '$3.$2.$1'], '08.03.2024']],
  args: [STRING, STRING, STRING],
  type: STRING,
  literals: [1, 2],
  aliases: ['REGEXP_REPLACE'],
  check: checkPattern,
  sql: {
    duckdb: ([s, p], call) => `REGEXP_REPLACE(${s}, ${p}, ${sqlString(replacementText(call, '\\'))}, 'g')`,
    flink: ([s, p], call) => `REGEXP_REPLACE(${s}, ${p}, ${sqlString(replacementText(call, '$'))})`,
  },
  evaluate([s, pattern, by]) {
    const text = s as string;
    const matcher = patternOf(pattern as string).matcher(text);
    let out = '';
    let done = 0;
    while (matcher.find()) {
      out += text.slice(done, matcher.start());
      out += (by as string).replace(/\$(\$|\d)/g, (_, what: string) =>
        what === '$' ? '$' : Number(what) <= matcher.groupCount() ? (matcher.group(Number(what)) ?? '') : '',
      );
      done = matcher.end();
    }
    return out + text.slice(done);
  },
});

/** The replacement as another engine writes it: groups behind its sign, and its own signs escaped. */
function replacementText(call: BoundCall, sign: string): string {
  return String(literalArgument(call, 2)).replace(/\\|\$(\$|\d)?/g, (found, what?: string) => {
    if (found === '\\') return '\\\\';
    if (what === undefined || what === '$') return sign === '$' ? '\\$' : '$';
    return sign + what;
  });
}

export const regexCount = fixedFunction({
  name: 'regexCount',
  signature: 'regexCount(text, pattern)',
  doc: 'How many matches of the pattern, which do not overlap, the string has.',
  examples: [[['a1b22c333', '[0-9]+'], 3]],
  args: [STRING, STRING],
  type: INT32,
  literals: [1],
  aliases: ['REGEXP_COUNT'],
  check: checkPattern,
  sql: {
    duckdb: ([s, p]) => `CAST(LENGTH(REGEXP_EXTRACT_ALL(${s}, ${p})) AS INTEGER)`,
    flink: null,
  },
  evaluate([s, pattern]) {
    const matcher = patternOf(pattern as string).matcher(s as string);
    let count = 0;
    while (matcher.find()) count++;
    return count;
  },
});

export const like = fixedFunction({
  name: 'like',
  signature: 'like(text, pattern, escape?)',
  doc: 'Whether the whole string is like the pattern: `%` stands for any text, `_` for one code point; `escape` before them takes them as they are.',
  examples: [
    [['BTC-USD', '%-U_D'], true],
    [['100%', '100!%', '!'], true],
    [['100x', '100!%', '!'], false],
  ],
  args: [STRING, STRING, STRING],
  least: 2,
  type: BOOLEAN,
  sql: {
    duckdb: ([s, p, escape]) => `(${s} LIKE ${p}${escape === undefined ? '' : ` ESCAPE ${escape}`})`,
    flink: ([s, p, escape]) => `(${s} LIKE ${p}${escape === undefined ? '' : ` ESCAPE ${escape}`})`,
  },
  evaluate: ([s, pattern, escape]) =>
    isLike(codePoints(s as string), likeParts(pattern as string, (escape as string | undefined) ?? null)),
});

const ANY_TEXT = Symbol('%');
const ANY_ONE = Symbol('_');
type LikePart = string | typeof ANY_TEXT | typeof ANY_ONE;

function likeParts(pattern: string, escape: string | null): LikePart[] {
  const points = codePoints(pattern);
  const parts: LikePart[] = [];
  for (let at = 0; at < points.length; at++) {
    if (points[at] === escape && at + 1 < points.length) parts.push(points[++at]);
    else parts.push(points[at] === '%' ? ANY_TEXT : points[at] === '_' ? ANY_ONE : points[at]);
  }
  return parts;
}

/** Goes back to the last `%` only, which is enough, and takes at most one more of the text by it each time. */
function isLike(text: readonly string[], pattern: readonly LikePart[]): boolean {
  let [at, part, star, taken] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[part] === ANY_TEXT) {
      star = part++;
      taken = at;
    } else if (part < pattern.length && (pattern[part] === ANY_ONE || pattern[part] === text[at])) {
      at++;
      part++;
    } else if (star !== -1) {
      part = star + 1;
      at = ++taken;
    } else return false;
  }
  while (pattern[part] === ANY_TEXT) part++;
  return part === pattern.length;
}
