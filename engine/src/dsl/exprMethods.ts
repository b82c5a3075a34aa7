import { MillraceError } from '../columns/error.js';
import { parseSpan } from '../columns/span.js';
import { INT64, STRING, timestampType, typeName } from '../columns/types.js';
import type { TimeUnit } from '../columns/types.js';
import { zoneOf } from '../columns/zone.js';
import type { Expr } from '../expr/ast.js';
import { SCALAR_FUNCTIONS } from '../functions/scalar/registry.js';
import { ExprValue } from './exprValue.js';
import { JSON_METHODS } from './jsonMethods.js';
import { toExpr } from './literals.js';
import { TimeOfDayValue } from './timeOfDay.js';
import type { ColumnType } from './types.js';

const call = (fn: string, ...args: readonly Expr[]): ExprValue => new ExprValue({ kind: 'call', fn, args });
const text = (value: string): Expr => ({ kind: 'literal', type: STRING, value });

type Method = (this: ExprValue, ...args: never[]) => unknown;

/** Methods whose arguments take another form in the plan. */
const SPECIAL: Record<string, Method> = {
  isIn(values: readonly unknown[]) {
    if (!Array.isArray(values)) {
      throw new MillraceError('MR1304', 'isIn() takes an array.', "Write t.symbol.isIn(['AAPL', 'MSFT']).");
    }
    return call('isIn', this.expr, ...values.map(toExpr));
  },
  and(...others: unknown[]) {
    return joined('and', this.expr, others);
  },
  or(...others: unknown[]) {
    return joined('or', this.expr, others);
  },
  cast(type: ColumnType<unknown>) {
    return call('cast', this.expr, text(typeName(type.type)));
  },
  tryCast(type: ColumnType<unknown>) {
    return call('tryCast', this.expr, text(typeName(type.type)));
  },
  truncate(span: string) {
    return call('truncate', this.expr, spanLiteral(span));
  },
  timeOfDay() {
    return new TimeOfDayValue({ kind: 'call', fn: 'timeOfDay', args: [this.expr] });
  },
  date() {
    return call('cast', this.expr, text('date'));
  },
  format(pattern: string) {
    return call('formatTime', this.expr, text(pattern));
  },
  parseTime(pattern: string, options: { readonly timeZone?: string } = {}) {
    const zone = options.timeZone === undefined ? [] : [text(options.timeZone)];
    return call('parseTime', this.expr, text(pattern), ...zone);
  },
  epoch(unit: TimeUnit) {
    const rounded = call('cast', this.expr, text(typeName(timestampType(unit))));
    return call('cast', rounded.expr, text('int64'));
  },
  diff(earlier: unknown, unit: string) {
    return call('dateDiff', toExpr(earlier), this.expr, text(unit));
  },
  inZone(timeZone: string) {
    zoneOf(timeZone);
    return new ZonedValue(this.expr, timeZone);
  },
};

function joined(fn: 'and' | 'or', first: Expr, others: readonly unknown[]): ExprValue {
  return new ExprValue(
    others.map(toExpr).reduce((all, other) => ({ kind: 'call', fn, args: [all, other] }), first),
  );
}

/** A plain span is a number of microseconds in the plan; one of the calendar stays text. */
function spanLiteral(span: string): Expr {
  const { kind, count } = parseSpan(span);
  const isCalendar = kind === 'months' || (kind === 'days' && count !== 1);
  return isCalendar
    ? text(span)
    : { kind: 'literal', type: INT64, value: String(kind === 'days' ? count * 86_400e6 : count) };
}

const PARTS = [
  ...['year', 'quarter', 'month', 'week', 'day', 'dayOfWeek', 'dayOfYear'],
  ...['hour', 'minute', 'second'],
];

/** A time by the clocks of a zone: what `inZone` makes. */
class ZonedValue {
  constructor(
    readonly expr: Expr,
    readonly timeZone: string,
  ) {}

  /** What the clocks show, as a timestamp. */
  get #local(): Expr {
    return { kind: 'call', fn: 'toLocal', args: [this.expr, text(this.timeZone)] };
  }

  extract(part: string): ExprValue {
    return call('extract', this.#local, text(part));
  }

  date(): ExprValue {
    return call('cast', this.#local, text('date'));
  }

  timeOfDay(): ExprValue {
    return new TimeOfDayValue({ kind: 'call', fn: 'timeOfDay', args: [this.#local] });
  }

  truncate(span: string): ExprValue {
    parseSpan(span);
    return call('truncate', this.expr, text(span), text(this.timeZone));
  }

  format(pattern: string): ExprValue {
    return call('formatTime', this.expr, text(pattern), text(this.timeZone));
  }

  offset(): ExprValue {
    return call('utcOffset', this.expr, text(this.timeZone));
  }
}

for (const part of PARTS) {
  Object.defineProperty(ZonedValue.prototype, part, {
    value(this: ZonedValue) {
      return this.extract(part);
    },
  });
  define(part, function (this: ExprValue) {
    return call('extract', this.expr, text(part));
  });
}
for (const name of SCALAR_FUNCTIONS.keys()) {
  define(name, function (this: ExprValue, ...args: never[]) {
    return call(name, this.expr, ...args.map(toExpr));
  });
}
for (const [name, method] of Object.entries({ ...SPECIAL, ...JSON_METHODS })) define(name, method);

function define(name: string, value: Method): void {
  Object.defineProperty(ExprValue.prototype, name, { value, writable: true, configurable: true });
}

/**
 * The columns of a row as expressions: any name is a column, `col(name)` too. Names are checked when the plan is bound. `prefix` stands before
 * them in the plan.
 */
export function columnsProxy(prefix = ''): never {
  const column = (name: string) => new ExprValue({ kind: 'column', name: prefix + name });
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
