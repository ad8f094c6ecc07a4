-- Each won opportunity with the response that its engagement belongs to. Joins with the CRM's own tables by their ids,
-- as salesforce__opportunity_enhanced and hubspot__deals have them.
SELECT
  opportunities.opportunity_id,
  opportunities.account_id,
  opportunities.amount,
  opportunities.currency,
  cycles.person_id,
  cycles.response_id,
  cycles.campaign_id,
  campaigns.name AS campaign_name,
  cycles.mql_at,
  cycles.won_at
FROM opportunities
LEFT JOIN cycles ON cycles.opportunity_id = opportunities.opportunity_id AND cycles.won_at IS NOT NULL
LEFT JOIN campaigns ON campaigns.campaign_id = cycles.campaign_id
WHERE opportunities.is_won AND NOT opportunities.is_deleted
ORDER BY opportunities.opportunity_id
