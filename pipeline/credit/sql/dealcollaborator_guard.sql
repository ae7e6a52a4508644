-- Who helped with a deal, in which role and since when, stays as it was written; it can only end.
CREATE OR REPLACE FUNCTION pipeline_dealcollaborator_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the deal, person, role and start of a collaborator stay as they were written'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER pipeline_dealcollaborator_stays BEFORE UPDATE ON pipeline_dealcollaborator
FOR EACH ROW
WHEN ((OLD.deal_id, OLD.person_id, OLD.role, OLD.added_at)
      IS DISTINCT FROM (NEW.deal_id, NEW.person_id, NEW.role, NEW.added_at))
EXECUTE FUNCTION pipeline_dealcollaborator_guard();
