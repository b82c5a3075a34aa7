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
  SELECT `symbol`, window_start AS `windowStart`, window_end AS `windowEnd`, window_time AS `windowTime`, SUM(CAST(CASE WHEN `price` IS NOT NULL AND `size` IS NOT NULL THEN `price` END AS DOUBLE) * CASE WHEN `price` IS NOT NULL AND `size` IS NOT NULL THEN `size` END) / NULLIF(SUM(CAST(CASE WHEN `price` IS NOT NULL AND `size` IS NOT NULL THEN `size` END AS DOUBLE)), 0) AS `price`
  FROM TABLE(TUMBLE(TABLE `node0`, DESCRIPTOR(`ts`), INTERVAL '1' MINUTE))
  GROUP BY `symbol`, window_start, window_end, window_time
)
SELECT `symbol`, `windowStart` AS `window_start`, `windowEnd` AS `window_end`, `windowTime` AS `window_time`, `price` FROM `node1`;