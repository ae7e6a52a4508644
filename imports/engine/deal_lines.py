"""The product lines of a run's deals: one for each distinct line among a deal's rows."""

DROP = """
DELETE FROM pipeline_dealline WHERE deal_id IN (
    SELECT target FROM imports_importrow
     WHERE run_id = %(run)s AND action = 'change' AND changes ? 'lines')
"""

INSERT = """
INSERT INTO pipeline_dealline (deal_id, product_id, quantity, unit_price)
SELECT deal, (line ->> 'product_id')::bigint, (line ->> 'quantity')::numeric,
       coalesce(line ->> 'unit_price', line ->> 'made_price')::numeric
  FROM (SELECT DISTINCT ON (p.target, each.data -> 'line')
               p.target AS deal, each.data -> 'line' AS line, each.row
          FROM imports_importrow p
          JOIN import_turn t ON t.first_row = p.row
          JOIN imports_importrow own
            ON own.run_id = p.run_id AND own.row = t.row AND own.action <> 'refuse'
          JOIN imports_importstagedrow each ON each.run_id = p.run_id AND each.row = t.row
         WHERE p.run_id = %(run)s AND each.data ? 'line'
           AND (p.action = 'create' OR p.action = 'change' AND p.changes ? 'lines')
         ORDER BY p.target, each.data -> 'line', each.row) found
 ORDER BY deal, row
"""
