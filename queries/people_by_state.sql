-- Where people stand: by state of the lifecycle and status of the CRM.
SELECT
  lifecycle_state,
  status,
  count(*) AS people,
  count(active_response_id) AS active,
  sum(CASE WHEN is_do_not_contact THEN 1 ELSE 0 END) AS do_not_contact
FROM people
WHERE NOT is_deleted AND merged_into_id IS NULL
GROUP BY lifecycle_state, status
ORDER BY people DESC, lifecycle_state, status
