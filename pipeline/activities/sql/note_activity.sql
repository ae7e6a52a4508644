-- An activity changes figures from when it had happened and was logged.
CREATE OR REPLACE FUNCTION pipeline_note_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pipeline_note_write(greatest(NEW.occurred_at, NEW.created_at));
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM pipeline_note_write(least(OLD.created_at, NEW.created_at));
    ELSE
        PERFORM pipeline_note_write(OLD.created_at);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_activity_added_noted AFTER INSERT OR DELETE ON pipeline_activity
FOR EACH ROW EXECUTE FUNCTION pipeline_note_activity();

CREATE OR REPLACE TRIGGER pipeline_activity_changed_noted
AFTER UPDATE OF created_at, occurred_at, person_id, deal_id, archived_at ON pipeline_activity
FOR EACH ROW EXECUTE FUNCTION pipeline_note_activity();
