/** The data of `LAYOUT_MIME`: outputs beside each other, or one below the other. */
export interface LayoutOutput {
  readonly v: number;
  readonly direction: 'row' | 'column';
  readonly children: readonly LayoutChild[];
}

/** One of them, as an output of its own would be. */
export interface LayoutChild {
  /** A MIME bundle. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}
