/** The workloads: what each is, the columns whose sums must agree, and who else can say it. */
export const CASES = [
  { name: 'W1', what: 'filter size > 100, price × size', sums: ['notional'] },
  { name: 'W2', what: '1 s OHLC, volume, VWAP by symbol', sums: ['high', 'low', 'volume', 'n'] },
  { name: 'W2m', what: 'the same by minute', sums: ['high', 'low', 'volume', 'n'] },
  { name: 'W3', what: 'hop 10 s every 1 s: mean, max, count by symbol', sums: ['mean', 'high', 'n'] },
  { name: 'W4', what: 'session, gap 50 ms: count, sum by symbol', sums: ['n', 'volume'] },
  { name: 'W5', what: 'mean of the last 20 rows by symbol', sums: ['mean'] },
  { name: 'W5r', what: 'mean of the last 5 s by symbol', sums: ['mean'] },
  { name: 'W6', what: 'as-of join with half as many quotes by symbol', sums: ['bid', 'ask'] },
  { name: 'W7', what: 'top 3 symbols by notional in 10 s', sums: ['notional'] },
  { name: 'W9', what: 'running group-by, a changelog a batch', sums: null },
  { name: 'W9 end', what: 'group-by, the end alone', sums: ['n', 'volume', 'mean'] },
];

/** File to one-minute bars, end to end. */
export const FILE_CASES = ['IN csv', 'IN ndjson', 'IN parquet', 'IN arrow'];

/** DuckDB reads Arrow by an extension alone, so there it is asked over what pyarrow reads. */
export const OVER_PYARROW = ['IN arrow'];

/** How far floats may differ: sums of up to 10 million rows in another order. */
export const TOLERANCE = 1e-9;

/** JavaScript libraries: the workloads that they can say, and the rows that they can hold. */
export const LIBRARIES = [
  { library: 'arquero', rows: 1_000_000, cases: ['W1', 'W2', 'W2m', 'W5', 'W9', 'W9 end'] },
  { library: 'danfojs', rows: 100_000, cases: ['W1', 'W9 end'] },
  { library: 'd2ts', rows: 100_000, cases: ['W2', 'W9'] },
];
