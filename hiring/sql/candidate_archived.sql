-- Applications carry the day on which their candidate was archived: whoever counts them need not
-- be allowed to read the candidate.
CREATE OR REPLACE FUNCTION hiring_candidate_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hiring_application SET archived_at = NEW.archived_at WHERE candidate_id = NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER hiring_candidate_archived AFTER UPDATE OF archived_at ON hiring_candidate
FOR EACH ROW WHEN (OLD.archived_at IS DISTINCT FROM NEW.archived_at)
EXECUTE FUNCTION hiring_candidate_archived();
