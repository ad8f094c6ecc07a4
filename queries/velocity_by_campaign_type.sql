-- Mean days from each stage to the next, by the type of the campaign that has the credit.
SELECT
  campaign_type,
  count(*) AS cycles,
  avg(date_diff('second', mql_at, sal_at)) / 86400.0 AS days_to_sal,
  avg(date_diff('second', sal_at, sql_at)) / 86400.0 AS days_to_sql,
  avg(date_diff('second', sql_at, won_at)) / 86400.0 AS days_to_won
FROM cycles
GROUP BY campaign_type
ORDER BY campaign_type
