/** Why a feature's cases are not here: what Millrace has no counterpart of yet, or has another one of. */
export const LEFT_OUT: readonly { readonly why: string; readonly cases: RegExp }[] = [
  { why: 'in temporalJoin.test.ts', cases: /temporal-join/ },
  { why: 'sinks and their constraints', cases: /-sink-|constraint-enforcer/ },
  { why: 'arrays, maps, rows and variants as values', cases: /Array|Map|Nested|Json|over-aggregate-lag/ },
  {
    why: 'OVER a range of another column than time',
    cases: /over-aggregate-non-time-range-unbounded-sum-(no-partition-by|retract-mode-source)/,
  },
  { why: 'a random number a row', cases: /Rand/ },
  {
    why: 'a query without tables, of more digits than decimals here have',
    cases: /testPrecisionForAvgAggregationOnDecimal/,
  },
  { why: 'sessions of all keys that are grouped by one afterwards', cases: /session-event-time$/ },
  {
    why: 'a row behind the watermark that Flink takes because no later one has been told',
    cases: /testRowTimeBoundedNonPartitionedRowsOver/,
  },
];
