import type { PlainValue } from '../define.js';

/** A compensated sum (Knuth's TwoSum) of an object lane, from which numbers can be taken back; those that are not finite are counted apart. */
export class RunningSum {
  #high = 0;
  #low = 0;
  #nan = 0;
  #up = 0;
  #down = 0;

  add(value: number): void {
    this.#change(value, 1);
  }

  subtract(value: number): void {
    this.#change(value, -1);
  }

  #change(value: number, sign: 1 | -1): void {
    if (value - value === 0) {
      const a = this.#high;
      const b = sign * value;
      const t = a + b;
      const u = t - a;
      this.#low += a - (t - u) + (b - u);
      this.#high = t;
    } else if (Number.isNaN(value)) this.#nan += sign;
    else if (value > 0) this.#up += sign;
    else this.#down += sign;
  }

  /** Back to exactly nothing. */
  clear(): void {
    this.#high = this.#low = this.#nan = this.#up = this.#down = 0;
  }

  get value(): number {
    if (this.#nan > 0 || (this.#up > 0 && this.#down > 0)) return NaN;
    if (this.#up > 0) return Infinity;
    return this.#down > 0 ? -Infinity : this.#high + this.#low;
  }

  encode(): PlainValue {
    return [this.#high, this.#low, this.#nan, this.#up, this.#down];
  }

  static decode(plain: PlainValue): RunningSum {
    const sum = new RunningSum();
    [sum.#high, sum.#low, sum.#nan, sum.#up, sum.#down] = plain as readonly number[];
    return sum;
  }
}
