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
  SELECT * FROM `node0` WHERE ((`size` > 100) AND (`symbol` IN ('AAPL', 'MSFT')))
),
`node2` AS (
  SELECT `ts`, `symbol`, `price`, `size`, `id`, (`price` * CAST(`size` AS DOUBLE)) AS `notional` FROM `node1`
),
`node3` AS (
  SELECT `ts`, `symbol`, `notional` FROM `node2`
)
SELECT `ts`, `symbol`, `notional` FROM `node3`;