/** A spec of our own: what it is about, which table it draws, and itself. */
export type OwnSpec = readonly [
  name: string,
  table: 'bars' | 'trades',
  spec: Readonly<Record<string, unknown>>,
];

/** The smallest picture that there is. */
export const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const start = { field: 'windowStart', type: 'temporal' } as const;
export const close = { field: 'close', type: 'quantitative', scale: { zero: false } } as const;
export const volume = { field: 'volume', type: 'quantitative' } as const;
export const symbol = { field: 'symbol', type: 'nominal' } as const;
export const price = { field: 'price', type: 'quantitative', scale: { zero: false } } as const;
export const size = { field: 'size', type: 'quantitative' } as const;
export const ts = { field: 'ts', type: 'temporal' } as const;
