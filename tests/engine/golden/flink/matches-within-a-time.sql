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
  SELECT * FROM `node0` MATCH_RECOGNIZE (
    ORDER BY `ts`
    MEASURES COUNT(`A`.`ts`) AS `n`, LAST(`B`.`id`, 0) AS `last`, MIN(`A`.`price`) AS `least`, MATCH_ROWTIME() AS `matchTime`
    ONE ROW PER MATCH
    AFTER MATCH SKIP TO NEXT ROW
    PATTERN (`A`+ `B`) WITHIN INTERVAL '6' SECOND
    DEFINE `A` AS ((SUM(`A`.`size`) < CAST('1500' AS BIGINT)) AND (`A`.`price` IS NOT NULL)), `B` AS (((SUM(`A`.`size`) + CAST(`B`.`size` AS BIGINT)) >= CAST('1500' AS BIGINT)) AND (`B`.`size` > MAX(`A`.`size`)))
  )
)
SELECT `n`, `last`, `least`, `matchTime` FROM `node1`;