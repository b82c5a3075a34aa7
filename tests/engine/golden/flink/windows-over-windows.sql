CREATE TEMPORARY TABLE `trades` (
  `ts` TIMESTAMP(3) NOT NULL,
  `symbol` STRING,
  `price` DOUBLE,
  `size` INT NOT NULL,
  `id` BIGINT NOT NULL,
  WATERMARK FOR `ts` AS `ts` - INTERVAL '3' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'trades',
  'format' = 'json'
);
WITH `node0` AS (
  SELECT `ts`, `symbol`, `price`, `size`, `id` FROM `trades`
),
`node1` AS (
  SELECT `symbol`, window_start AS `windowStart`, window_end AS `windowEnd`, window_time AS `windowTime`, MAX(`price`) AS `high`, MIN(`price`) AS `low`, SUM(CAST(`size` AS BIGINT)) AS `volume`, COUNT(*) AS `n`
  FROM TABLE(TUMBLE(TABLE `node0`, DESCRIPTOR(`ts`), INTERVAL '1' MINUTE))
  GROUP BY `symbol`, window_start, window_end, window_time
),
`node2` AS (
  SELECT window_start AS `windowStart`, window_end AS `windowEnd`, window_time AS `windowTime`, SUM(`volume`) AS `volume`, COUNT(*) AS `rows`, MAX(`high`) AS `high`
  FROM TABLE(TUMBLE(TABLE `node1`, DESCRIPTOR(`windowTime`), INTERVAL '2' MINUTE))
  GROUP BY window_start, window_end, window_time
)
SELECT `windowStart` AS `window_start`, `windowEnd` AS `window_end`, `windowTime` AS `window_time`, `volume`, `rows`, `high` FROM `node2`;