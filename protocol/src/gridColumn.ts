/** A column of a grid as its reader has set it; what is not set follows the values. Columns of a grid are in the reader's order. */
export interface GridColumn {
  readonly name: string;
  readonly hidden?: boolean;
  /** Pixels. */
  readonly width?: number;
  /** Decimals of a number. */
  readonly decimals?: number;
  /** Thousands without separators. */
  readonly plain?: boolean;
  readonly percent?: boolean;
  /** The zone in which times are written, e.g. `America/New_York`. */
  readonly zone?: string;
}
