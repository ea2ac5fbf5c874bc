.bail on
.load build/arbors
.timer off
.echo on
.mode list
SELECT arbor_version();
SELECT arbor_import('orders', 'build/quickstart/orders.jsonl');
SELECT arbor_append('countries', json_extract(CAST(readfile('/usr/share/iso-codes/json/iso_3166-1.json') AS TEXT), '$."3166-1"'));
SELECT arbor_append('regions', json_extract(CAST(readfile('/usr/share/iso-codes/json/iso_3166-2.json') AS TEXT), '$."3166-2"'));
.mode box
-- What is here, and what is in it
SELECT name, trees, batches, bytes, columns FROM arbor_list;
SELECT path, kinds, count, min, max FROM arbor_schema('orders');
-- Nested fields are columns
SELECT id, "customer.name", "customer.address.city", total FROM orders
 WHERE "customer.address.country" = 'JP' AND total > 200 ORDER BY total DESC LIMIT 5;
SELECT "customer.address.country" AS country, count(*) AS orders, round(avg(total), 2) AS average
  FROM orders WHERE status <> 'returned' GROUP BY 1 ORDER BY 2 DESC LIMIT 5;
SELECT "coupon.code", count(*), min("coupon.percent"), max("coupon.percent") FROM orders GROUP BY 1;
-- Arrays are JSON
SELECT i.value ->> 'name' AS item, sum(i.value ->> 'quantity') AS sold
  FROM orders o, json_each(o.items) i WHERE o.status = 'returned' GROUP BY 1 ORDER BY 2 DESC LIMIT 3;
-- Arbors join with each other, and with any table
SELECT c.name, c.flag, count(*) AS orders FROM orders o JOIN countries c ON c.alpha_2 = o."customer.address.country"
 GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 3;
SELECT type, count(*) AS regions FROM regions WHERE code LIKE 'JP-%' OR code LIKE 'FR-%' GROUP BY 1 ORDER BY 2 DESC;
-- What was pushed down into the Arbor
EXPLAIN QUERY PLAN SELECT id, total FROM orders WHERE "customer.address.country" = 'JP' ORDER BY total DESC LIMIT 5;
-- A whole tree, as it came in
.mode list
SELECT _tree FROM orders WHERE id = 4711;
SELECT arbor_check('orders');
