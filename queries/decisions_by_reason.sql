-- What became of every trigger, by scenario: activations, and what was skipped for which reason.
SELECT scenario, outcome, reason, count(*) AS decisions, count(DISTINCT person_id) AS people
FROM fct_decision
GROUP BY scenario, outcome, reason
ORDER BY scenario, decisions DESC, outcome, reason
