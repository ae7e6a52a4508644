-- The second guard of private notes: the database shows a row to its author alone.
--
-- FORCE makes the rule hold for the table's owner too. Only a superuser of the server is above it,
-- which is why the application must not run as one (the check coaching.E001 says so).
ALTER TABLE coaching_privatenote ENABLE ROW LEVEL SECURITY;
ALTER TABLE coaching_privatenote FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS author_alone ON coaching_privatenote;
CREATE POLICY author_alone ON coaching_privatenote
    USING (author_id = nullif(current_setting('salesmgr.viewer', true), '')::bigint)
    WITH CHECK (author_id = nullif(current_setting('salesmgr.viewer', true), '')::bigint);
