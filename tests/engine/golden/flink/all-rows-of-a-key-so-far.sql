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
  SELECT `at`, `symbol`, `bid`, `ask`, SUM(`bid`) OVER (PARTITION BY `symbol` ORDER BY `rowtime$` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `total`, MAX(`ask`) OVER (PARTITION BY `symbol` ORDER BY `rowtime$` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `most`, `rowtime$` FROM `node0`
)
SELECT `at`, `symbol`, `bid`, `ask`, `total`, `most` FROM `node1`;