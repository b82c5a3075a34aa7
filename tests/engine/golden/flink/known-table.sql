WITH `node0` AS (
  SELECT `ts`, `symbol`, `price`, `size`, `id` FROM `market`.`trades`
),
`node1` AS (
  SELECT window_start AS `windowStart`, window_end AS `windowEnd`, window_time AS `windowTime`, COUNT(*) AS `n`
  FROM TABLE(TUMBLE(TABLE `node0`, DESCRIPTOR(`ts`), INTERVAL '1' HOUR))
  GROUP BY window_start, window_end, window_time
)
SELECT `windowStart` AS `window_start`, `windowEnd` AS `window_end`, `windowTime` AS `window_time`, `n` FROM `node1`;