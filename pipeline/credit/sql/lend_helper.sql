-- Whoever comes to help with a deal sees it from then on, and no longer once the help has ended.
CREATE OR REPLACE FUNCTION pipeline_lend_helper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pipeline_lend(OLD.person_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pipeline_lend(NEW.person_id);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_dealcollaborator_lends
AFTER INSERT OR UPDATE OR DELETE ON pipeline_dealcollaborator
FOR EACH ROW EXECUTE FUNCTION pipeline_lend_helper();
