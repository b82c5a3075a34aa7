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
  SELECT `ts`, `symbol`, `price`, `size`, `id`, EXTRACT(HOUR FROM `ts`) AS `hour`, EXTRACT(SECOND FROM `ts`) AS `second`, FLOOR(`ts` TO MINUTE) AS `minute` FROM `node0`
)
SELECT `ts`, `symbol`, `price`, `size`, `id`, `hour`, `second`, `minute` FROM `node1`;