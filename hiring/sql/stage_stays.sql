-- The database keeps in which stage an application was when, and who moved it.
CREATE OR REPLACE FUNCTION hiring_stage_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := coalesce(
        nullif(current_setting('salesmgr.moment', true), '')::timestamptz, clock_timestamp());
    before timestamptz;
BEGIN
    IF TG_OP = 'INSERT' THEN
        moment := NEW.applied_at;
    ELSE
        IF NEW.stage_id = OLD.stage_id THEN
            RETURN NULL;
        END IF;
        SELECT valid_from INTO STRICT before FROM hiring_stagestay
         WHERE application_id = NEW.id AND valid_to = TIMESTAMPTZ '9999-12-31 00:00:00+00';
        moment := greatest(moment, before + interval '1 microsecond');
        UPDATE hiring_stagestay SET valid_to = moment
         WHERE application_id = NEW.id AND valid_to = TIMESTAMPTZ '9999-12-31 00:00:00+00';
    END IF;
    INSERT INTO hiring_stagestay (application_id, stage_id, valid_from, valid_to, changed_by_id)
    VALUES (NEW.id, NEW.stage_id, moment, TIMESTAMPTZ '9999-12-31 00:00:00+00', NEW.changed_by_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER hiring_stage_stays AFTER INSERT OR UPDATE ON hiring_application
FOR EACH ROW EXECUTE FUNCTION hiring_stage_stays();
