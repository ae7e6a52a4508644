-- Everybody stands above themself at distance 0, from their first row on and for all time.
CREATE OR REPLACE FUNCTION org_person_own_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO org_reportingclosure (ancestor_id, descendant_id, depth, valid_from)
    VALUES (NEW.id, NEW.id, 0, DATE '1900-01-01');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER org_person_own_closure AFTER INSERT ON org_person
FOR EACH ROW EXECUTE FUNCTION org_person_own_closure();
