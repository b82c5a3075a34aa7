/** Why a feature's cases are not here: what Millrace has no counterpart of yet, or has another one of. */
export const LEFT_OUT: readonly { readonly why: string; readonly cases: RegExp }[] = [
  {
    why: 'a source that takes rows back',
    cases:
      /Changelog|changelog|DeletesByKey|delete-on-key|full-delete|testRetractMinMaxWithChar|WithCDCSource/,
  },
  { why: 'joins', cases: /[Jj]oin/ },
  { why: 'patterns of rows', cases: /match-|MatchRecognize/ },
  { why: 'sinks and their constraints', cases: /-sink-|constraint-enforcer/ },
  { why: 'deduplication and ranks by processing time', cases: /rank-n-test|testFirstRowOnBuiltinProctime/ },
  { why: 'sort and limit', cases: /limit|SortLimit|temporal-sort|sort-/ },
  { why: 'arrays, maps, rows and variants as values', cases: /Array|Map|Nested|json|Json|lag|JSON/ },
  { why: 'OVER that is ordered by another column than time', cases: /over-aggregate-non-time/ },
  { why: 'grouping sets', cases: /Cube/ },
  { why: 'a random number a row', cases: /Rand/ },
  {
    why: 'the first rows of a window',
    cases: /window-deduplicate|topn|WindowRank|window-rank|testTopN|testWindowAggregateOnRetractStream/,
  },
  {
    why: 'a query without tables, of more digits than decimals here have',
    cases: /testPrecisionForAvgAggregationOnDecimal/,
  },
  { why: 'sessions of all keys that are grouped by one afterwards', cases: /session-event-time$/ },
  {
    why: 'a row behind the watermark that Flink takes because no later one has been told',
    cases: /testRowTimeBoundedNonPartitionedRowsOver/,
  },
  { why: 'a watermark that the source tells by itself', cases: /scan-source-watermark/ },
];
