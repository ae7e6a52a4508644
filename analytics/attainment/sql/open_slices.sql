-- What open deals add up to by owner, stage and category: of all, and then of those that should close
-- in [start, end), how many there are, their cents, cents x probability, and how many have no amount.
--
-- The weight is the stage's probability of the time, rounded half up to the cent for each deal
-- (PostgreSQL rounds numeric halves away from zero) and then added up. The versions are put in by the
-- reader.
SELECT deal.owner_id, stage.id, stage.name, stage."order", deal.category,
       count(*) FILTER (WHERE deal.expected_close_on IS NULL),
       pipeline.id, pipeline.name, pipeline."order",
       ARRAY[count(*),
             coalesce(sum(deal.cents), 0),
             coalesce(sum(deal.weighted), 0),
             count(*) FILTER (WHERE deal.cents IS NULL),
             count(*) FILTER (WHERE deal.closing),
             coalesce(sum(deal.cents) FILTER (WHERE deal.closing), 0),
             coalesce(sum(deal.weighted) FILTER (WHERE deal.closing), 0),
             count(*) FILTER (WHERE deal.closing AND deal.cents IS NULL)]::bigint[]
  FROM (SELECT version.owner_id, version.stage_id, version.category, version.expected_close_on,
               version.amount_base * 100 AS cents,
               round(version.amount_base * version.probability) AS weighted,
               version.expected_close_on >= %(start)s AND version.expected_close_on < %(end)s AS closing
          FROM ({versions}) version) deal
  JOIN pipeline_stage stage ON stage.id = deal.stage_id
  JOIN pipeline_pipeline pipeline ON pipeline.id = stage.pipeline_id
 GROUP BY deal.owner_id, stage.id, deal.category, pipeline.id
