-- The organisation with its fiscal calendar, teams and territories, in one row; none without one.
--
-- "places" are those of today and of the past, by which figures count; "tree" is today's.
SELECT organisation.*,
       ARRAY(SELECT day FROM org_holiday) AS days_off,
       (SELECT coalesce(json_agg(json_build_object(
                   'pk', id, 'kind', kind, 'label', label, 'start', start_on, 'end', end_on,
                   'parent', parent_id) ORDER BY start_on, end_on DESC), '[]')
          FROM org_fiscalperiod) AS calendar,
       (SELECT coalesce(json_agg(json_build_object(
                   'pk', id, 'name', name, 'parent', parent_id, 'archived', archived_at)
                   ORDER BY name), '[]')
          FROM org_team) AS tree,
       (SELECT coalesce(json_agg(json_build_object(
                   'node', node_id, 'parent', parent_id, 'since', valid_from, 'until', valid_to)
                   ORDER BY id), '[]')
          FROM org_teamplacement) AS team_places,
       (SELECT coalesce(json_agg(json_build_object(
                   'node', node_id, 'parent', parent_id, 'since', valid_from, 'until', valid_to)
                   ORDER BY id), '[]')
          FROM org_territoryplacement) AS territory_places
  FROM org_organisation organisation
 ORDER BY organisation.id
 LIMIT 1
