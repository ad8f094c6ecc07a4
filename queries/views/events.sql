-- The events that Rekindle published, each once: the bus may deliver one again, under the same event_id.
SELECT
  detail.event_id AS event_id,
  detail_type AS detail_type,
  CAST(replace(substr(detail.occurred_at, 1, 19), 'T', ' ') AS timestamp) AS occurred_at,
  detail.person_id AS person_id,
  detail.settings_version AS settings_version,
  detail.campaign_id AS campaign_id,
  detail.response_id AS response_id,
  detail.decision_id AS decision_id,
  detail.opportunity_id AS opportunity_id,
  detail.scenario AS scenario,
  detail.outcome AS outcome,
  detail.reason AS reason,
  detail.cycle AS cycle,
  detail.stage AS stage,
  detail.amount AS amount,
  detail.currency AS currency,
  detail.owner_id AS owner_id,
  detail.track AS track,
  detail.refinement_campaign_id AS refinement_campaign_id,
  day
FROM (
  SELECT *, row_number() OVER (PARTITION BY detail.event_id ORDER BY time, day) AS delivery
  FROM bus_events
  WHERE source = 'rekindle'
) AS delivered
WHERE delivery = 1
