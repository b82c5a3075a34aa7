import { Decimal as Base } from 'decimal.js';

/**
 * Decimal numbers as `rows()` gives them: decimal.js with 40 significant digits, so that sums and products of columns' values
 * are exact (its own default of 20 would round them).
 *
 * @example new Decimal('1.10').plus('2.20').toFixed(2) // '3.30'
 */
export const Decimal = Base.clone({ precision: 40 });
export type Decimal = Base;
