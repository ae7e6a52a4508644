-- The row of org/sql/calendar.sql with the pipelines in use, and whether any deal's credit was ever
-- split.
SELECT calendar.*,
       (SELECT coalesce(json_agg(json_build_object(
                   'pk', id, 'name', name, 'is_default', is_default) ORDER BY "order", id), '[]')
          FROM pipeline_pipeline WHERE archived_at IS NULL) AS pipelines,
       EXISTS (SELECT FROM pipeline_creditsplit) AS has_splits
  FROM ({calendar}) calendar
