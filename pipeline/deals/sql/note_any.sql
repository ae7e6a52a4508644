-- Changes of teams, memberships, periods and the organisation's calendar can change figures of any
-- day, so they are noted as a change of all time.
--
-- The triggers are on org's tables and belong to pipeline because org knows nothing of runs.
-- Exchange rates are not among them: amounts keep the rate they were converted at.
CREATE OR REPLACE FUNCTION pipeline_note_any() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pipeline_note_write(TIMESTAMPTZ '1900-01-01 00:00:00+00');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pipeline_membership_noted
AFTER INSERT OR UPDATE OR DELETE ON org_teammembership
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();

CREATE OR REPLACE TRIGGER pipeline_team_added_noted AFTER INSERT OR DELETE ON org_team
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();

CREATE OR REPLACE TRIGGER pipeline_team_moved_noted
AFTER UPDATE OF parent_id, archived_at ON org_team
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();

CREATE OR REPLACE TRIGGER pipeline_placement_noted
AFTER INSERT OR UPDATE OR DELETE ON org_teamplacement
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();

CREATE OR REPLACE TRIGGER pipeline_period_noted
AFTER INSERT OR UPDATE OR DELETE ON org_fiscalperiod
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();

CREATE OR REPLACE TRIGGER pipeline_organisation_noted
AFTER UPDATE OF time_zone, fiscal_year_start_month, currency ON org_organisation
FOR EACH ROW EXECUTE FUNCTION pipeline_note_any();
