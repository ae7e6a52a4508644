-- The furthest later stage of the same pipeline that a deal stood in not long ago: the places of
-- two pipelines say nothing of each other.
(SELECT further.name
   FROM pipeline_dealversion earlier
   JOIN pipeline_stage further ON further.id = earlier.stage_id
   JOIN pipeline_stage now ON now.id = {stage}
  WHERE earlier.deal_id = {deal} AND earlier.valid_from <= {moment}
    AND earlier.valid_to > {recently} AND earlier.status = 'open'
    AND further.pipeline_id = now.pipeline_id AND further."order" > now."order"
  ORDER BY further."order" DESC
  LIMIT 1)
