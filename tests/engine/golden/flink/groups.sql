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
  SELECT `symbol`, COUNT(*) AS `n`, SUM(CAST(`size` AS BIGINT)) AS `volume`, AVG(CAST(`price` AS DOUBLE)) AS `mean` FROM `node0` GROUP BY `symbol`
)
SELECT `symbol`, `n`, `volume`, `mean` FROM `node1`;