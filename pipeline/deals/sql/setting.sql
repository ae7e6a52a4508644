-- A setting of the present transaction, or NULL. The functions of pipeline read:
--
-- salesmgr.person           id of the person who acts
-- salesmgr.source           by which way: page, api, import, task; sql where nothing is said
-- salesmgr.reason           why, in words
-- salesmgr.moment           the time that the change has; the clock's where nothing is said
-- salesmgr.rewrite_history  'on' while an import writes versions that lie in the past
-- salesmgr.own_versions     'on' while such an import writes the first versions too
-- salesmgr.noted_since      since when this transaction has noted that it changes the past
CREATE OR REPLACE FUNCTION pipeline_setting(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('salesmgr.' || name, true), '')
$$;
