import type { ViewColumn } from '@millrace/protocol';
import { durationText } from '@millrace/protocol';
import { decimalWithSeparators, fixed, instantText, unitOf, whole } from '../format.js';
import type { Value } from '../model/rows.js';

type Kind = 'number' | 'integer' | 'decimal' | 'duration' | 'timestamp' | 'date' | 'text';

/** Characters of a cell at most; what is longer is cut, its full text is in the cell's tooltip. */
const MOST_CHARACTERS = 40;

/**
 * How a column's values are written. It learns from the values that it sees (decimals, fractions of a second, width) and
 * only ever widens, so that digits stay below digits and columns do not jump.
 */
export class ColumnFormat {
  readonly align: 'left' | 'right';
  /** Characters that fit. */
  width: number;
  private decimals = 0;
  private fraction = 0;
  private hasTime = false;
  private readonly kind: Kind;
  private readonly unit: string;

  constructor(readonly column: ViewColumn) {
    this.kind = kindOf(column.type);
    this.align = ['number', 'integer', 'decimal', 'duration'].includes(this.kind) ? 'right' : 'left';
    this.unit = unitOf(column.type);
    this.width = Math.min(MOST_CHARACTERS, column.name.length + 1);
  }

  /** Takes a value into account. @returns whether values must be written anew. */
  learn(value: Value): boolean {
    const before = `${this.decimals}/${this.fraction}/${this.hasTime}`;
    if (this.kind === 'number' && typeof value === 'number')
      this.decimals = Math.max(this.decimals, decimalsOf(value));
    if (this.kind === 'timestamp' && (typeof value === 'number' || typeof value === 'bigint'))
      this.learnTime(value);
    this.width = Math.max(this.width, Math.min(MOST_CHARACTERS, this.text(value).length));
    return before !== `${this.decimals}/${this.fraction}/${this.hasTime}`;
  }

  /** A value as the cell shows it. */
  text(value: Value): string {
    if (value === null) return 'NULL';
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    if (this.kind === 'timestamp') return this.timeText(value);
    if (this.kind === 'decimal') return decimalWithSeparators(value, this.column.type);
    if (this.kind === 'duration') return durationText(value, this.column.type);
    if (this.kind === 'date') return instantText(BigInt(value) * 86_400n, 's').day;
    return typeof value === 'bigint' || this.kind === 'integer' ? whole(value) : this.numberText(value);
  }

  private numberText(value: number): string {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
    const size = Math.abs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(4);
    return fixed(value, this.decimals);
  }

  private learnTime(ticks: number | bigint): void {
    const { time, fraction } = instantText(ticks, this.unit);
    if (time !== '00:00:00' || fraction !== '') this.hasTime = true;
    // In threes: milliseconds, microseconds, nanoseconds.
    this.fraction = Math.max(this.fraction, Math.ceil(fraction.length / 3) * 3);
  }

  private timeText(ticks: number | bigint): string {
    const { day, time, fraction } = instantText(ticks, this.unit);
    if (!this.hasTime || time === '') return day;
    return `${day} ${time}${this.fraction === 0 ? '' : `.${fraction.padEnd(this.fraction, '0')}`}`;
  }
}

function kindOf(type: string): Kind {
  if (type.startsWith('decimal')) return 'decimal';
  if (type.startsWith('duration')) return 'duration';
  if (type.startsWith('timestamp')) return 'timestamp';
  if (type === 'date') return 'date';
  if (type.startsWith('int')) return 'integer';
  return type.startsWith('float') ? 'number' : 'text';
}

/** Decimals that a number needs, up to what is worth reading at its size: 2 from a thousand on, 4 from one on, else 6. */
function decimalsOf(value: number): number {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 1e15 || (size > 0 && size < 1e-6)) return 0;
  const most = size >= 1000 ? 2 : size >= 1 ? 4 : 6;
  const text = value.toFixed(most).replace(/0+$/, '');
  return text.length - text.indexOf('.') - 1;
}
