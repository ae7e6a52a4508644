-- Only the triggers above a person's row change which deals of others they see: saving a whole
-- person must not bring back what they saw when it was read.
CREATE OR REPLACE FUNCTION pipeline_lent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        NEW.lent_deals := OLD.lent_deals;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER pipeline_person_lent BEFORE UPDATE OF lent_deals ON org_person
FOR EACH ROW EXECUTE FUNCTION pipeline_lent_stays();
