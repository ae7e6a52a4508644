-- Whoever has credit for a deal by its newest split sees it; a new split also takes it from those
-- who had a share in an earlier one only.
CREATE OR REPLACE FUNCTION pipeline_lend_credited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'pipeline_creditshare' THEN
        PERFORM pipeline_lend(NEW.person_id);
    ELSE
        PERFORM pipeline_lend(h.person_id)
           FROM (SELECT DISTINCT person_id FROM pipeline_creditshare
                  WHERE split_id IN (SELECT id FROM pipeline_creditsplit
                                      WHERE deal_id = NEW.deal_id)) h;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_creditsplit_lends AFTER INSERT ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_lend_credited();

CREATE OR REPLACE TRIGGER pipeline_creditshare_lends AFTER INSERT ON pipeline_creditshare
FOR EACH ROW EXECUTE FUNCTION pipeline_lend_credited();
