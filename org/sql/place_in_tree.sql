-- Teams and territories keep where they were placed, by date, so that a move leaves the past as it
-- was. A move in the future is refused, and so is one that would put a node inside itself.
CREATE OR REPLACE FUNCTION org_place_in_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places text := TG_TABLE_NAME || 'placement';
    looped boolean;
BEGIN
    -- One move at a time: two that are harmless alone can make a circle together.
    PERFORM pg_advisory_xact_lock(4711002);
    -- A day further than tomorrow is nobody's today, whatever the time zone.
    IF NEW.parent_since > current_date + 1 THEN
        RAISE EXCEPTION '% % would move in the future', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_moved_by_now';
    END IF;
    EXECUTE format('DELETE FROM %I WHERE node_id = $1 AND valid_from >= $2', places)
        USING NEW.id, NEW.parent_since;
    EXECUTE format('UPDATE %I SET valid_to = $2 WHERE node_id = $1
                       AND (valid_to IS NULL OR valid_to > $2)', places)
        USING NEW.id, NEW.parent_since;
    IF NEW.parent_id IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('INSERT INTO %I (node_id, parent_id, valid_from) VALUES ($1, $2, $3)', places)
        USING NEW.id, NEW.parent_id, NEW.parent_since;
    EXECUTE format(
        'WITH RECURSIVE up AS (
             SELECT parent_id AS id, daterange(valid_from, valid_to) AS valid, 1 AS depth
             FROM %1$I WHERE node_id = $1
             UNION ALL
             SELECT place.parent_id, up.valid * daterange(place.valid_from, place.valid_to),
                    up.depth + 1
             FROM up JOIN %1$I place ON place.node_id = up.id
              AND up.valid && daterange(place.valid_from, place.valid_to)
             WHERE up.id <> $1 AND up.depth < 100
         ) SELECT EXISTS (SELECT 1 FROM up WHERE id = $1)', places)
    INTO looped USING NEW.id;
    IF looped THEN
        RAISE EXCEPTION '% % would lie inside itself', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_no_circle';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER org_team_place
AFTER INSERT OR UPDATE OF parent_id, parent_since ON org_team
FOR EACH ROW EXECUTE FUNCTION org_place_in_tree();

CREATE OR REPLACE TRIGGER org_territory_place
AFTER INSERT OR UPDATE OF parent_id, parent_since ON org_territory
FOR EACH ROW EXECUTE FUNCTION org_place_in_tree();
