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
  SELECT `at`, `symbol`, `bid`, `ask`, LAG(`bid`, 1) OVER (PARTITION BY `symbol` ORDER BY `rowtime$`) AS `prev(bid)`, `rowtime$` FROM `node0`
),
`node2` AS (
  SELECT * FROM `node1` MATCH_RECOGNIZE (
    PARTITION BY `symbol`
    ORDER BY `rowtime$`
    MEASURES FIRST(`START`.`bid`, 0) AS `from`, LAST(`DOWN`.`bid`, 0) AS `bottom`, COUNT(`DOWN`.`at`) AS `falls`, AVG(CAST(`DOWN`.`bid` AS DOUBLE)) AS `mean`, LAST(`at`) AS `matchTime`, MATCH_ROWTIME() AS `rowtime$`
    ONE ROW PER MATCH
    AFTER MATCH SKIP PAST LAST ROW
    PATTERN (`START` `DOWN`+ `UP`)
    DEFINE `DOWN` AS (`DOWN`.`bid` < `DOWN`.`prev(bid)`), `UP` AS (`UP`.`bid` > LAST(`DOWN`.`bid`, 0))
  )
)
SELECT `symbol`, `from`, `bottom`, `falls`, `mean`, `matchTime` FROM `node2`;