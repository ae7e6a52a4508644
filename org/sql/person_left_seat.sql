-- When the day on which a person left is set or changed, their memberships are judged again.
CREATE OR REPLACE FUNCTION org_person_left_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE org_teammembership SET valid_to = valid_to WHERE person_id = NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER org_person_left_seat AFTER UPDATE OF left_on ON org_person
FOR EACH ROW WHEN (OLD.left_on IS DISTINCT FROM NEW.left_on)
EXECUTE FUNCTION org_person_left_seat();
