-- Set which deals of others a person may see: those they help with, and those they have credit for
-- by the split in force.
CREATE OR REPLACE FUNCTION pipeline_lend(who bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE org_person SET lent_deals = ARRAY(
        SELECT deal_id FROM pipeline_dealcollaborator WHERE person_id = who AND ended_at IS NULL
        UNION
        SELECT s.deal_id FROM pipeline_creditshare h
          JOIN pipeline_creditsplit s ON s.id = h.split_id
         WHERE h.person_id = who
           AND NOT EXISTS (SELECT 1 FROM pipeline_creditsplit later
                            WHERE later.deal_id = s.deal_id AND later.set_at > s.set_at)
         ORDER BY 1)
     WHERE id = who
$$;
