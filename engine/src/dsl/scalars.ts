import { Charts } from './charts.js';
import type { CollectionKind } from './displayable.js';
import { countOf, scalarOf, type Scalar } from './scalar.js';

/** Single values of a collection: of all its rows as they are now, and live in `` md`…` ``. NULL of no rows. */
export abstract class Scalars<Row> extends Charts<Row> {
  abstract readonly kind: CollectionKind;

  /**
   * How many rows there are now.
   *
   * @example await trades.count()
   */
  count(): Scalar<number> {
    return countOf(this.plan, this.kind !== 'Table');
  }

  /** The least value of a column. `await trades.min('ts')` */
  min<C extends keyof Row & string>(column: C): Scalar<Row[C] | null> {
    return this.#of('min', column);
  }

  /** The greatest value of a column. NaN is the greatest number. `await trades.max('price')` */
  max<C extends keyof Row & string>(column: C): Scalar<Row[C] | null> {
    return this.#of('max', column);
  }

  /** The sum of a column: exact for integers and decimals. `await trades.sum('size')` */
  sum<C extends keyof Row & string>(column: C): Scalar<Row[C] | null> {
    return this.#of('sum', column);
  }

  /** The mean of a column, as float64. `await trades.avg('price')` */
  avg(column: keyof Row & string): Scalar<number | null> {
    return this.#of('avg', column);
  }

  /** The first value of a column in event order. `await trades.first('price')` */
  first<C extends keyof Row & string>(column: C): Scalar<Row[C] | null> {
    return this.#of('first', column);
  }

  /** The last value of a column in event order. `await trades.last('price')` */
  last<C extends keyof Row & string>(column: C): Scalar<Row[C] | null> {
    return this.#of('last', column);
  }

  #of<T>(fn: string, column: string): Scalar<T> {
    return scalarOf(this.plan, fn, column, this.kind !== 'Table');
  }
}
