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
  SELECT `at`, `symbol`, `bid`, `ask`, ROW_NUMBER() OVER (PARTITION BY `symbol` ORDER BY `rowtime$`) AS `place`, `rowtime$` FROM `node0`
)
SELECT `at`, `symbol`, `bid`, `ask`, `place` FROM `node1`;