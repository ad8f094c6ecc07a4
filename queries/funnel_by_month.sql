-- The funnel of those who became an MQL in each month, by cohort: how many of them reached each stage since.
SELECT
  date_trunc('month', mql_at) AS month,
  count(*) AS mql,
  count(sal_at) AS sal,
  count(sql_at) AS sql,
  count(won_at) AS won
FROM cycles
GROUP BY date_trunc('month', mql_at)
ORDER BY month
