-- When a deal entered the stage of a version: the deal's own time, unless it has changed stage since
-- the moment that is looked at; then the end of its last stay in another one.
CASE WHEN {stage_entered_at} <= {moment} THEN {stage_entered_at}
     ELSE coalesce(
         (SELECT max(earlier.valid_to)
            FROM pipeline_dealversion earlier
           WHERE earlier.deal_id = {deal} AND earlier.valid_from <= {moment}
             AND earlier.valid_to <= {valid_from} AND earlier.stage_id <> {stage}),
         {created_at})
 END
