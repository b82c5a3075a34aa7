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
  SELECT `ts`, `symbol`, `size` FROM `node0`
),
`node2` AS (
  SELECT * FROM `node1` WHERE (`size` > 500)
),
`node3` AS (
  SELECT `left.ts` AS `ts`, `left.symbol` AS `symbol`, `left.price` AS `price`, `left.size` AS `size`, `left.id` AS `id`, CAST(`right.ts` AS TIMESTAMP(3)) AS `ts_right`, `right.size` AS `size_right` FROM (SELECT `ts` AS `left.ts`, `symbol` AS `left.symbol`, `price` AS `left.price`, `size` AS `left.size`, `id` AS `left.id` FROM `node0`) LEFT JOIN (SELECT `ts` AS `right.ts`, `symbol` AS `right.symbol`, `size` AS `right.size` FROM `node2`) ON `left.symbol` = `right.symbol` AND `right.ts` BETWEEN `left.ts` - INTERVAL '5' SECOND AND `left.ts` - INTERVAL '1' SECOND
)
SELECT `ts`, `symbol`, `price`, `size`, `id`, `ts_right`, `size_right` FROM `node3`;