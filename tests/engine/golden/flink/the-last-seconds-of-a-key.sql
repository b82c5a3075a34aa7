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
  SELECT `ts`, `symbol`, `price`, `size`, `id`, SUM(`size`) OVER (PARTITION BY `symbol` ORDER BY `ts` RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW) AS `volume`, COUNT(*) OVER (PARTITION BY `symbol` ORDER BY `ts` RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW) AS `n` FROM `node0`
)
SELECT `ts`, `symbol`, `price`, `size`, `id`, `volume`, `n` FROM `node1`;