CREATE TEMPORARY TABLE `odd "table"` (
  `at` TIMESTAMP(9) NOT NULL,
  `a ``quoted`` name` STRING NOT NULL,
  `window_start` INT NOT NULL,
  `rowtime$` AS CAST(`at` AS TIMESTAMP(3)),
  WATERMARK FOR `rowtime$` AS `rowtime$` - INTERVAL '0.25' SECOND
) WITH (
  'connector' = 'datagen'
);
WITH `node0` AS (
  SELECT `at`, `a ``quoted`` name`, `window_start`, `rowtime$` FROM `odd "table"`
),
`node1` AS (
  SELECT * FROM `node0` WHERE (`a ``quoted`` name` <> 'it''s')
)
SELECT `at`, `a ``quoted`` name`, `window_start` FROM `node1`;