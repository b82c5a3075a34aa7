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
  SELECT `ts`, `symbol`, `price`, `size`, `id`, (CASE WHEN (`price` > 1.02E2) THEN 'high' ELSE 'low' END) AS `side`, (`price` IS NOT NULL) AS `known`, COALESCE(`price`, 0E0) AS `p` FROM `node0`
)
SELECT `ts`, `symbol`, `price`, `size`, `id`, `side`, `known`, `p` FROM `node1`;