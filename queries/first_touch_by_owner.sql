-- Mean hours from the handoff to the first work, by who had the lead first.
SELECT
  first_owner_id,
  count(*) AS cycles,
  count(worked_at) AS worked,
  avg(date_diff('second', assigned_at, worked_at)) / 3600.0 AS hours_to_first_work
FROM cycles
WHERE assigned_at IS NOT NULL
GROUP BY first_owner_id
ORDER BY cycles DESC, first_owner_id
