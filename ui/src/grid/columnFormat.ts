import type { ViewColumn } from '@millrace/protocol';
import { durationText, instantText, unitOfType } from '@millrace/protocol';
import { decimalWithSeparators, fixed, whole, zonedText } from '../format.js';
import type { Value } from '../model/rows.js';

type Type = 'number' | 'integer' | 'decimal' | 'duration' | 'timestamp' | 'date' | 'text';

/** What is not an ordinary value: it looks and reads otherwise. `bad`: a time that the calendar does not have. */
export type ValueKind =
  'null' | 'nan' | 'infinite' | 'empty' | 'bad' | 'insert' | 'before' | 'after' | 'delete';

/** What a reader has set for how a column's values are written; what is not set follows the values. */
export interface ColumnStyle {
  /** Decimals of a number. */
  decimals?: number;
  /** Thousands without separators. */
  plain?: boolean;
  percent?: boolean;
  /** The zone in which times are written; not set: UTC. */
  zone?: string;
}

/** Characters of a cell at most; what is longer is cut, its full text is in the cell's tooltip. */
const MOST_CHARACTERS = 40;

/** The kinds of a changelog's rows, as a column of text names them. */
const ROW_KINDS: Readonly<Record<string, ValueKind>> = {
  '+I': 'insert',
  '-U': 'before',
  '+U': 'after',
  '-D': 'delete',
};

const SPOKEN: Readonly<Record<ValueKind, string>> = {
  null: 'NULL, no value',
  nan: 'not a number',
  infinite: 'infinity',
  empty: 'empty text',
  bad: 'not a time of the calendar',
  insert: 'row comes',
  before: 'row before a change',
  after: 'row after a change',
  delete: 'row goes',
};

/**
 * How a column's values are written. It learns from the values that it sees (decimals, fractions of a second, width) and
 * only ever widens, so that digits stay below digits and columns do not jump.
 */
export class ColumnFormat {
  readonly align: 'left' | 'right';
  readonly type: Type;
  /** Characters that fit. */
  width: number;
  private decimals = 0;
  private fraction = 0;
  private hasTime = false;
  private readonly unit: string;

  /** @param index its place among the table's columns */
  constructor(
    readonly column: ViewColumn,
    readonly index = 0,
    readonly style: ColumnStyle = {},
  ) {
    this.type = typeOf(column.type);
    this.align = ['number', 'integer', 'decimal', 'duration'].includes(this.type) ? 'right' : 'left';
    this.unit = unitOfType(column.type);
    this.width = Math.min(MOST_CHARACTERS, column.name.length + 3);
  }

  /** Takes a value into account. @returns whether values must be written anew. */
  learn(value: Value): boolean {
    const before = `${this.decimals}/${this.fraction}/${this.hasTime}`;
    if (this.type === 'number' && typeof value === 'number')
      this.decimals = Math.max(this.decimals, decimalsOf(this.style.percent === true ? value * 100 : value));
    if (this.type === 'timestamp' && (typeof value === 'number' || typeof value === 'bigint'))
      this.learnTime(value);
    this.width = Math.max(this.width, Math.min(MOST_CHARACTERS, this.text(value).length));
    return before !== `${this.decimals}/${this.fraction}/${this.hasTime}`;
  }

  /** Decimals as the values need them. */
  get ownDecimals(): number {
    return this.decimals;
  }

  /** The style has changed: what was learned of texts is forgotten. */
  restyled(): void {
    this.decimals = 0;
    this.width = Math.min(MOST_CHARACTERS, this.column.name.length + 3);
  }

  /** What a value is beside the ordinary ones; null for those. */
  kindOf(value: Value): ValueKind | null {
    if (value === null) return 'null';
    if (typeof value === 'string') return value === '' ? 'empty' : (ownKind(value) ?? null);
    if (typeof value === 'number' && !Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : 'infinite';
    if (typeof value === 'boolean' || (this.type !== 'timestamp' && this.type !== 'date')) return null;
    return this.instant(value).time === '' ? 'bad' : null;
  }

  /** What a screen reader says of a cell that holds such a value. */
  spoken(kind: ValueKind, written: string): string {
    if (kind === 'infinite') return `${written.startsWith('−') ? 'minus ' : ''}${SPOKEN[kind]}`;
    return kind === 'null' || kind === 'nan' || kind === 'empty'
      ? SPOKEN[kind]
      : `${written}, ${SPOKEN[kind]}`;
  }

  /** A value as the cell shows it. */
  text(value: Value): string {
    if (value === null) return 'NULL';
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    if (this.type === 'timestamp') return this.timeText(value);
    if (this.type === 'date') return this.instant(value).day;
    const text = this.numberText(value);
    return this.style.plain === true ? text.replaceAll(',', '') : text;
  }

  private numberText(value: number | bigint): string {
    if (this.type === 'decimal') return decimalWithSeparators(value, this.column.type);
    if (this.type === 'duration') return durationText(value, this.column.type);
    if (typeof value === 'bigint') return whole(value);
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
    const { percent, decimals } = this.style;
    if (percent === true) return `${fixed(value * 100, decimals ?? this.decimals)}%`;
    if (decimals !== undefined) return fixed(value, decimals);
    if (this.type === 'integer') return whole(value);
    const size = Math.abs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(4);
    return fixed(value, this.decimals);
  }

  private instant(value: number | bigint) {
    return this.type === 'date' ? instantText(BigInt(value) * 86_400n, 's') : instantText(value, this.unit);
  }

  private learnTime(ticks: number | bigint): void {
    const { time, fraction } = this.instant(ticks);
    if (time !== '00:00:00' || fraction !== '') this.hasTime = true;
    // In threes: milliseconds, microseconds, nanoseconds.
    this.fraction = Math.max(this.fraction, Math.ceil(fraction.length / 3) * 3);
  }

  private timeText(ticks: number | bigint): string {
    const { day, time, fraction } = this.instant(ticks);
    if (time === '') return day;
    const parts = this.fraction === 0 ? '' : `.${fraction.padEnd(this.fraction, '0')}`;
    const { zone } = this.style;
    if (zone !== undefined) return zonedText(Date.parse(`${day}T${time}Z`), zone, parts);
    return this.hasTime ? `${day} ${time}${parts}` : day;
  }
}

function ownKind(text: string): ValueKind | undefined {
  return text.length === 2 && Object.hasOwn(ROW_KINDS, text) ? ROW_KINDS[text] : undefined;
}

function typeOf(type: string): Type {
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
