-- A quota changes figures from the moment at which it was set.
CREATE OR REPLACE FUNCTION pipeline_note_quota() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pipeline_note_write(NEW.set_at);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_quota_noted AFTER INSERT ON org_quota
FOR EACH ROW EXECUTE FUNCTION pipeline_note_quota();
