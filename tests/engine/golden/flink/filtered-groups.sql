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
  SELECT `symbol`, SUM(CAST(`size` AS BIGINT)) AS `volume`, COUNT(`price`) AS `n` FROM `node0` GROUP BY `symbol`
),
`node2` AS (
  SELECT * FROM `node1` WHERE (`volume` > CAST('5000' AS BIGINT))
)
SELECT `symbol`, `volume`, `n` FROM `node2`;