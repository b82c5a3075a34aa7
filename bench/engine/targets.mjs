/** The ratios that the engine must show, a peer's CPU time divided by ours, for rows in order. */
const IN_ORDER = {
  W1: { duckdb: 0.5, polars: 0.5 },
  W2: { duckdb: 3.5, polars: 2, flink: 20 },
  W2m: { duckdb: 1, polars: 1, flink: 20 },
  W3: { duckdb: 5, polars: 5, flink: 20 },
  W4: { duckdb: 8, polars: 3, flink: 20 },
  W5: { duckdb: 9, polars: 1.5, flink: 20 },
  W5r: { duckdb: 5, polars: 1, flink: 20 },
  W6: { duckdb: 7, polars: 1.5, flink: 20 },
  W7: { duckdb: 2.5, polars: 2.5, flink: 20 },
  W9: { duckdb: 0.7, polars: 0.7, flink: 20 },
  'W9 end': { duckdb: 1.5, polars: 0.7 },
  'IN csv': { duckdb: 1 },
  'IN ndjson': { duckdb: 1 },
  'IN parquet': { duckdb: 0.4 },
  'IN arrow': { duckdb: 1 },
};

/** Rows shuffled within one second reach half, but where something else was asked for. */
const SHUFFLED = { W2: { duckdb: 2, polars: 1 } };

/** Bounds of other figures, by the beginning of the measurement's name: the least, or the most, that there may be. */
const BOUNDS = [
  ['20000 messages a second: row', { p50_ms: { most: 2 } }],
  ['30000 messages a second: row', { received_per_s: { least: 30_000 } }],
  ["10000 messages a second: window's end", { p50_ms: { most: 10 }, p99_ms: { most: 40 } }],
  [
    'snapshot of 1 million keys',
    { wall_ms: { most: 300 }, pause_ms: { most: 50 }, restore_ms: { most: 600 } },
  ],
];

/** The target ratios of a workload by peer, or an empty object. */
export function targetsOf(name, order) {
  const targets = IN_ORDER[name] ?? {};
  if (order !== 'shuffled') return targets;
  return (
    SHUFFLED[name] ?? Object.fromEntries(Object.entries(targets).map(([peer, ratio]) => [peer, ratio / 2]))
  );
}

/** Whether a result of ours reaches what it must: `yes`, or what it misses; null where nothing was asked of it or measured. */
export function reached(result) {
  if (result.engine !== 'millrace') return null;
  const ratios = Object.entries(targetsOf(result.name, result.order))
    .filter(([peer]) => typeof result[`${peer}_ratio`] === 'number')
    .map(([peer, ratio]) => [`${peer} ${ratio}`, result[`${peer}_ratio`] >= ratio]);
  const bounds = BOUNDS.filter(([begin]) => result.name.startsWith(begin)).flatMap(([, figures]) =>
    Object.entries(figures).map(([figure, { least = -Infinity, most = Infinity }]) => [
      `${figure} ${least === -Infinity ? `≤ ${most}` : `≥ ${least}`}`,
      result[figure] >= least && result[figure] <= most,
    ]),
  );
  const all = [...ratios, ...bounds];
  if (all.length === 0) return null;
  const missed = all.filter(([, isMet]) => !isMet).map(([what]) => what);
  return missed.length === 0 ? 'yes' : `no: ${missed.join(', ')}`;
}
