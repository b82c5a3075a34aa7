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
  SELECT `ts`, `symbol`, `price`, `size`, `id`, (`price` / CAST(`size` AS DOUBLE)) AS `ratio`, MOD(`size`, NULLIF(7, 0)) AS `rest`, ((`id` * CAST('3' AS BIGINT)) - CAST(`size` AS BIGINT)) AS `wide`, ROUND(ABS((- `price`)), 1) AS `off` FROM `node0`
)
SELECT `ts`, `symbol`, `price`, `size`, `id`, `ratio`, `rest`, `wide`, `off` FROM `node1`;