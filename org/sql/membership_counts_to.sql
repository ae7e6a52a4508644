-- How long a team membership counts: it stays open for a person whose membership ended on the day
-- they left, so that their deals stay with the team until they are reassigned.
CREATE OR REPLACE FUNCTION org_membership_counts_to() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone date;
BEGIN
    SELECT left_on INTO gone FROM org_person WHERE id = NEW.person_id;
    NEW.counts_to := CASE
        WHEN NEW.valid_from < gone AND NEW.valid_to >= gone THEN NULL ELSE NEW.valid_to END;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER org_membership_counts_to BEFORE INSERT OR UPDATE ON org_teammembership
FOR EACH ROW EXECUTE FUNCTION org_membership_counts_to();
