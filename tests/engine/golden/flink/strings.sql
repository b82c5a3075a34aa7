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
  SELECT `ts`, `symbol`, `price`, `size`, `id`, UPPER(`symbol`) AS `big`, SUBSTRING(`symbol`, GREATEST(2, 1), GREATEST(2 + GREATEST(2, 0) - GREATEST(2, 1), 0)) AS `part`, CHAR_LENGTH(`symbol`) AS `n`, COALESCE(`symbol`, 'none') AS `name` FROM `node0`
),
`node2` AS (
  SELECT * FROM `node1` WHERE ((LEFT(`symbol`, CHAR_LENGTH('A')) = 'A') OR (POSITION('n' IN `symbol`) > 0))
)
SELECT `ts`, `symbol`, `price`, `size`, `id`, `big`, `part`, `n`, `name` FROM `node2`;