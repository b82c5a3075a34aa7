CREATE TEMPORARY TABLE `quotes` (
  `at` TIMESTAMP(6) NOT NULL,
  `symbol` STRING NOT NULL,
  `bid` DOUBLE NOT NULL,
  `ask` DOUBLE,
  `rowtime$` AS CAST(`at` AS TIMESTAMP(3)),
  WATERMARK FOR `rowtime$` AS `rowtime$` - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'the dealer''s quotes',
  'format' = 'json'
);
WITH `node0` AS (
  SELECT `at`, `symbol`, `bid`, `ask`, `rowtime$` FROM `quotes`
),
`node1` AS (
  SELECT `symbol`, CAST(window_start AS TIMESTAMP(6)) AS `windowStart`, CAST(window_end AS TIMESTAMP(6)) AS `windowEnd`, CAST(CONCAT(CAST(window_time AS STRING), '999') AS TIMESTAMP(6)) AS `windowTime`, window_time AS `rowtime$`, AVG(CAST((`ask` - `bid`) AS DOUBLE)) AS `spread`, COUNT(*) AS `n`
  FROM TABLE(TUMBLE(TABLE `node0`, DESCRIPTOR(`rowtime$`), INTERVAL '10' SECOND))
  GROUP BY `symbol`, window_start, window_end, window_time
)
SELECT `symbol`, `windowStart` AS `window_start`, `windowEnd` AS `window_end`, `windowTime` AS `window_time`, `spread`, `n` FROM `node1`;