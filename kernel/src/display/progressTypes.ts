/** How a bar is drawn. */
export interface ProgressOptions {
  /** How many there will be, where the iterable does not say: its `length` or `size` is taken otherwise. */
  readonly total?: number;
  /** What stands before the bar. */
  readonly label?: string;
}

/** The global `progress`. */
export interface ProgressFunction {
  <Value>(iterable: Iterable<Value>, options?: ProgressOptions): Iterable<Value>;
  <Value>(iterable: AsyncIterable<Value>, options?: ProgressOptions): AsyncIterable<Value>;
}
