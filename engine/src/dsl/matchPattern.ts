import { parseDuration, type DurationText } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import type { Expr } from '../expr/ast.js';
import { exprText } from '../expr/text.js';
import { matchPatternNode, rollingNode } from '../plan/build.js';
import { canonicalJson } from '../plan/hash.js';
import type { AfterMatch, PatternFunction, PatternReference } from '../plan/nodes/matchPattern.js';
import type { RollingColumn } from '../plan/nodes/rolling.js';
import { parsePattern } from '../plan/patternText.js';
import type { PlanNode } from '../plan/plan.js';
import { columnsProxy } from './exprMethods.js';
import { ExprValue } from './exprValue.js';
import { toExpr } from './literals.js';
import { made } from './origin.js';
import type { AfterMatchOption } from './patternTypes.js';
import { usingAll } from './usage.js';

/** What `matchPattern` takes, without its types. */
interface PlainOptions {
  readonly by?: unknown;
  readonly pattern: string;
  readonly define?: (row: never, match: never) => object;
  readonly measures: (match: never) => object;
  readonly within?: DurationText;
  readonly afterMatch?: AfterMatchOption<string>;
}

type Labels = string | readonly string[];
type Value = (row: never) => unknown;

/** Notes what definitions and measures ask of the rows of a match: each reference once, as a column that the expressions read. */
class References {
  readonly list: PatternReference[] = [];
  /** What is asked of rows before the current one, whatever match they are of. */
  readonly before: RollingColumn[] = [];
  /** All expressions that were given: one that says the same as an earlier one is used, too. */
  readonly given: Expr[] = [];

  first(labels: Labels, value?: Value, offset = 0): unknown {
    return this.#row('first', labels, value, offset);
  }

  last(labels: Labels, value?: Value, offset = 0): unknown {
    return this.#row('last', labels, value, offset);
  }

  count(labels: Labels, value?: Value): unknown {
    return this.#make('count', labels, value === undefined ? null : valueOf(value), 0);
  }

  sum(labels: Labels, value: Value): unknown {
    return this.#make('sum', labels, valueOf(value), 0);
  }

  avg(labels: Labels, value: Value): unknown {
    return this.#make('avg', labels, valueOf(value), 0);
  }

  min(labels: Labels, value: Value): unknown {
    return this.#make('min', labels, valueOf(value), 0);
  }

  max(labels: Labels, value: Value): unknown {
    return this.#make('max', labels, valueOf(value), 0);
  }

  prev(value: unknown, rows = 1): unknown {
    const arg = toExpr(value);
    this.given.push(arg);
    const name = `prev(${exprText(arg)}${rows === 1 ? '' : `, ${rows}`})`;
    const call = { fn: 'lag', args: [arg], where: null, distinct: false, options: { rows } };
    if (this.before.every(column => column.name !== name)) this.before.push({ name, over: 'row', call });
    return new ExprValue({ kind: 'column', name });
  }

  #row(fn: 'first' | 'last', labels: Labels, value: Value | undefined, offset: number): unknown {
    if (!Number.isSafeInteger(offset) || offset < 0) {
      throw new MillraceError(
        'MR2190',
        `${fn}() in a pattern counts rows from 0 up, not ${offset}.`,
        'Write m.last(label, t => t.price, 1) for the row before the last one.',
      );
    }
    if (value !== undefined) return this.#make(fn, labels, valueOf(value), offset);
    const column = (name: string): unknown => this.#make(fn, labels, { kind: 'column', name }, 0);
    return new Proxy(
      {},
      {
        get: (_, name) => {
          if (typeof name !== 'string') return undefined;
          return name === 'col' ? column : column(name);
        },
      },
    );
  }

  #make(fn: PatternFunction, of: Labels, arg: Expr | null, offset: number): unknown {
    const labels = of === '*' ? null : typeof of === 'string' ? [of] : of;
    const text = `${fn}(${referenceText(labels, arg)}${offset === 0 ? '' : `, ${offset}`})`;
    const parts = { fn, labels, arg, offset };
    if (arg !== null) this.given.push(arg);
    const same = (known: PatternReference): boolean =>
      canonicalJson({ ...known, name: '' }) === canonicalJson({ ...parts, name: '' });
    let name = text;
    for (let k = 2; ; k++) {
      const known = this.list.find(each => each.name === name);
      if (known === undefined) this.list.push({ name, ...parts });
      if (known === undefined || same(known)) return new ExprValue({ kind: 'column', name });
      name = `${text} ${k}`;
    }
  }
}

/** As SQL writes it: `DOWN.price`, `(A, B).price`, `price` of all rows. */
function referenceText(labels: readonly string[] | null, arg: Expr | null): string {
  const of = labels === null ? '' : labels.length === 1 ? labels[0] : `(${labels.join(', ')})`;
  if (arg === null) return of === '' ? '*' : `${of}.*`;
  return of === '' ? exprText(arg) : `${of}.${exprText(arg)}`;
}

function valueOf(value: Value): Expr {
  return toExpr(value(columnsProxy()));
}

/** The plan of a pattern over another. */
export function matchPatternPlan(input: PlanNode, options: PlainOptions): PlanNode {
  const references = new References();
  const given = options.by as string | readonly string[] | undefined;
  const keys = given === undefined ? [] : typeof given === 'string' ? [given] : given;
  const pattern = parsePattern(options.pattern);
  const { define, measures } = options;
  const expressions = (method: string, make: () => object) =>
    usingAll(
      method,
      () => Object.entries(make()).map(([name, value]) => ({ name, expr: toExpr(value) })),
      list => [...list.map(({ expr }) => expr), ...references.given],
    );
  const conditions =
    define === undefined
      ? []
      : expressions('matchPattern({ define })', () => define(columnsProxy(), references as never));
  const columns = expressions('matchPattern({ measures })', () => measures(references as never));
  const before = references.before;
  const rows = before.length === 0 ? input : made(rollingNode({ input, keys, frame: null, columns: before }));
  return made(
    matchPatternNode({
      input: rows,
      keys,
      pattern,
      define: conditions.map(({ name, expr }) => ({ label: name, condition: expr })),
      references: references.list,
      measures: columns,
      withinUs: options.within === undefined ? null : parseDuration(options.within, 'within'),
      afterMatch: afterMatchOf(options.afterMatch ?? 'skip past last row'),
    }),
  );
}

function afterMatchOf(option: AfterMatchOption<string>): AfterMatch {
  if (option === 'skip past last row') return { to: 'pastLastRow' };
  if (option === 'skip to next row') return { to: 'nextRow' };
  return 'skipToFirst' in option
    ? { to: 'first', label: option.skipToFirst }
    : { to: 'last', label: option.skipToLast };
}
