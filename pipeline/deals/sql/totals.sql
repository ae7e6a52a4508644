-- How many deals there are of each status, what they add up to in the reporting currency, and how many
-- have no amount. The rows are put in by the reader.
SELECT deal.status, count(*), coalesce(sum(deal.amount_base), 0),
       count(*) FILTER (WHERE deal.amount IS NULL)
  FROM ({rows}) deal
 GROUP BY deal.status
