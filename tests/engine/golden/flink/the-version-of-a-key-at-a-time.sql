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
CREATE TEMPORARY TABLE `rates` (
  `since` TIMESTAMP(3) NOT NULL,
  `symbol` STRING NOT NULL,
  `rate` DOUBLE NOT NULL,
  WATERMARK FOR `since` AS `since`,
  PRIMARY KEY (`symbol`) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'rates',
  'format' = 'json'
);
WITH `node0` AS (
  SELECT `ts`, `symbol`, `price`, `size`, `id` FROM `trades`
),
`node1` AS (
  SELECT `since`, `symbol`, `rate` FROM `rates`
),
`node2` AS (
  SELECT l.`ts`, l.`symbol`, l.`price`, l.`size`, l.`id`, r.`since` AS `since`, r.`rate` AS `rate`
  FROM `node0` AS l LEFT JOIN `rates` FOR SYSTEM_TIME AS OF l.`ts` AS r ON l.`symbol` = r.`symbol`
)
SELECT `ts`, `symbol`, `price`, `size`, `id`, `since`, `rate` FROM `node2`;