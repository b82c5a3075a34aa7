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
  SELECT `ts`, `symbol`, `price`, `size`, `id` FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY `symbol` ORDER BY `id` DESC) AS `__place` FROM `node0`
  ) WHERE `__place` = 1
)
SELECT `ts`, `symbol`, `price`, `size`, `id` FROM `node1`;