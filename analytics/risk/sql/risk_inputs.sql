-- The stages with the norm that the newest published run up to a day has of each, and the rules in
-- force at a moment; the rules stand beside each stage, since most pages want both.
SELECT stage.id, stage.name, stage.kind, stage.expected_days,
       (SELECT json_build_object('deals', norm.deals, 'median', norm.median, 'p75', norm.p75,
                                 'fewest', norm.fewest, 'day', run.as_of)
          FROM analytics_stagenorm norm
          JOIN analytics_recomputerun run ON run.id = norm.run_id
         WHERE norm.stage_id = stage.id AND run.is_current AND run.as_of <= %(day)s
         ORDER BY run.as_of DESC
         LIMIT 1) AS norm,
       (SELECT coalesce(json_agg(json_build_object(
                   'signal', rule.signal, 'is_on', rule.is_on, 'limit', rule."limit",
                   'weight', rule.weight, 'learnt_from', rule.learnt_from)), '[]')
          FROM (SELECT DISTINCT ON (signal) *
                  FROM analytics_signalrule
                 WHERE set_at <= %(moment)s
                 ORDER BY signal, set_at DESC, id DESC) rule) AS rules
  FROM pipeline_stage stage
  JOIN pipeline_pipeline pipeline ON pipeline.id = stage.pipeline_id
 ORDER BY pipeline."order", pipeline.id, stage."order"
