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
  SELECT `ts`, `symbol`, `price`, `size`, `id` FROM `trades`
),
`node1` AS (
  SELECT `at`, `symbol`, `bid`, `ask`, `rowtime$` FROM `quotes`
),
`node2` AS (
  SELECT `left.ts` AS `ts`, `left.symbol` AS `symbol`, `left.price` AS `price`, `left.size` AS `size`, `left.id` AS `id`, `right.at` AS `at`, `right.bid` AS `bid`, `right.ask` AS `ask` FROM (SELECT `ts` AS `left.ts`, `symbol` AS `left.symbol`, `price` AS `left.price`, `size` AS `left.size`, `id` AS `left.id` FROM `node0`) JOIN (SELECT `at` AS `right.at`, `symbol` AS `right.symbol`, `bid` AS `right.bid`, `ask` AS `right.ask`, `rowtime$` AS `right.rowtime$` FROM `node1`) ON `left.symbol` = `right.symbol` AND `right.rowtime$` BETWEEN `left.ts` - INTERVAL '2' SECOND AND `left.ts` + INTERVAL '1' SECOND AND (`left.price` <= `right.bid`)
),
`node3` AS (
  SELECT window_start AS `windowStart`, window_end AS `windowEnd`, window_time AS `windowTime`, COUNT(*) AS `n`, MAX(`bid`) AS `most`
  FROM TABLE(TUMBLE(TABLE `node2`, DESCRIPTOR(`ts`), INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end, window_time
)
SELECT `windowStart` AS `window_start`, `windowEnd` AS `window_end`, `windowTime` AS `window_time`, `n`, `most` FROM `node3`;