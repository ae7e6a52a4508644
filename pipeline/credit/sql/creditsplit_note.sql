-- A split changes figures from the moment it is set for, also of a deal that was won long ago.
CREATE OR REPLACE FUNCTION pipeline_creditsplit_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pipeline_note_write(NEW.set_at);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_creditsplit_noted AFTER INSERT ON pipeline_creditsplit
FOR EACH ROW EXECUTE FUNCTION pipeline_creditsplit_note();
