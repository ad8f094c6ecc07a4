-- Won amounts by campaign under each model, in the smallest unit of the currency too, so that sums are exact.
SELECT model, currency, campaign_id, sum(units) AS units, sum(amount) AS amount, count(DISTINCT opportunity_id) AS deals
FROM credit
GROUP BY model, currency, campaign_id
ORDER BY model, currency, units DESC, campaign_id
