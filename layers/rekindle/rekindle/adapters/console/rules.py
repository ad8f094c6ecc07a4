"""Which setting is behind a verdict of the search, and what it was."""

from rekindle.domain.reactivation.search import Excluded
from rekindle.domain.settings.settings import Scenario, Settings


def rules_behind(settings: Settings, scenario: Scenario) -> dict[str, dict[str, str]]:
    """By verdict: the path of the setting, as in the document, and its value in words. Verdicts without one come from
    the records themselves."""
    of = settings.scenario(scenario)
    types = f"only {_listed(of.only_types)}; except {_listed(of.except_types)}"
    classes = {status: str(found) if found else "not eligible" for status, found in settings.classes.items()}
    found = {
        Excluded.OUTSIDE_LOOKBACK: ("lookback_days", str(of.lookback_days)),
        Excluded.CAMPAIGN_TYPE: ("campaign_types", types),
        Excluded.NON_RESPONSE_OFF: ("include_non_responses", "true" if of.include_non_responses else "false"),
        Excluded.PRIOR_MQL_REQUIRED: ("require_prior_mql", "true" if of.require_prior_mql else "false"),
        Excluded.LOWER_CLASS: ("priority", ", ".join(of.order)),
    }
    shown = {
        verdict.value: {"path": f"reactivation.{scenario}.{name}", "value": value}
        for verdict, (name, value) in found.items()
    }
    statuses = "; ".join(f"{status}: {value}" for status, value in classes.items())
    return shown | {Excluded.STATUS_NOT_ELIGIBLE.value: {"path": "response_statuses", "value": statuses}}


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
