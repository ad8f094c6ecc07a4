-- Won amounts by month and type of the campaign, under the model that every stack has.
SELECT date_trunc('month', won_at) AS month, campaigns.type, credit.currency, sum(credit.units) AS units
FROM credit
LEFT JOIN campaigns ON campaigns.campaign_id = credit.campaign_id
WHERE credit.model = 'active_response'
GROUP BY date_trunc('month', won_at), campaigns.type, credit.currency
ORDER BY month, campaigns.type, credit.currency
