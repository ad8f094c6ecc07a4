"""Read and change the settings: one document, validated and stored as a whole, each change a new version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.application.core.attempts import until_committed
from rekindle.application.ports import Clock, Page
from rekindle.application.ports.records import Campaigns, Queues, Users
from rekindle.application.ports.settings import SettingsVersions
from rekindle.domain.assignment.router import owners_in
from rekindle.domain.core.errors import InvalidField, InvalidSettings, NotFound, PreconditionFailed
from rekindle.domain.lifecycle import policies as lifecycle
from rekindle.domain.settings.settings import Scenario, Settings, path_of
from rekindle.domain.settings.stored_version import StoredVersion


@dataclass(frozen=True)
class ChangeSettings:
    versions: SettingsVersions
    campaigns: Campaigns
    users: Users
    queues: Queues
    clock: Clock

    def current(self) -> tuple[int, Mapping[str, Any]]:
        return self.versions.current()

    def version(self, number: int) -> Mapping[str, Any]:
        """An earlier document; before the first there was none. Raises NotFound."""
        document = self.versions.get(number) if number else {}
        if document is None:
            raise NotFound(f"there is no settings version {number}")
        return document

    def history(self, limit: int, start: str | None) -> Page[StoredVersion]:
        """Versions, newest first, without their documents."""
        if start is not None and not start.isdecimal():
            raise InvalidField("it is not what an earlier page answered as next", "next")
        return self.versions.versions(limit, start)

    def __call__(
        self,
        document: Mapping[str, Any],
        expected_version: int | None,
        comment: str | None = None,
        published_by: str | None = None,
    ) -> int:
        """Store a document of the right shape as the next version; the same document again is no new version.

        Raises InvalidSettings with every fault, PreconditionFailed where another version is current than the one that
        was expected.
        """
        faults: list[tuple[str, str]] | None = None

        def attempt() -> int:
            nonlocal faults
            read_version, stored = self.versions.current()
            if expected_version is not None and expected_version != read_version:
                raise PreconditionFailed(f"the current version is {read_version}, not {expected_version}", "If-Match")
            faults = self.faults(document) if faults is None else faults
            if faults:
                raise InvalidSettings(faults)
            if read_version and document == stored:
                return read_version
            # Where somebody was faster, whoever expected no version follows them.
            return self.versions.put(document, read_version, self.clock(), comment, published_by)

        return until_committed(attempt)

    def faults(self, document: Mapping[str, Any], *, ever: bool = False) -> list[tuple[str, str]]:
        """What a document of the right shape names that does not exist, by path. `ever`: what was known at any time is
        enough, as over a history, at the end of which a campaign may be over."""
        settings = Settings.of(document, 0)
        unknown: list[tuple[str, str]] = []
        for name in Scenario:
            default = settings.scenario(name).default_campaign
            for path, campaign_id in default.references if default else ():
                campaign = self.campaigns.get(campaign_id)
                at = path_of(("reactivation", name, "default_campaign", *path))
                if campaign is None or (campaign.deleted and not ever):
                    unknown.append((at, f"campaign {campaign_id!r} is not known"))
                elif not campaign.is_active and not ever:
                    unknown.append((at, f"campaign {campaign_id!r} is not active"))
        for place, owner_id, to_be_active in owners_in(settings):
            fault = self._fault_of_owner(owner_id, to_be_active and not ever)
            if fault is not None:
                unknown.append((path_of(("assignment", *place)), fault))
        return [*unknown, *self._faults_of_lifecycle(document, ever=ever)]

    def _faults_of_lifecycle(self, document: Mapping[str, Any], *, ever: bool) -> Iterator[tuple[str, str]]:
        for place, owner_id in lifecycle.owners_in(document):
            fault = self._fault_of_owner(owner_id, not ever)
            if fault is not None:
                yield path_of(("lifecycle", *place)), fault
        for place, campaign_id in lifecycle.campaigns_named(document):
            campaign = self.campaigns.get(campaign_id)
            if campaign is None or (campaign.deleted and not ever):
                yield path_of(place), f"campaign {campaign_id!r} is not known"

    def _fault_of_owner(self, owner_id: str, to_be_active: bool) -> str | None:
        user = self.users.get(owner_id)
        if user is not None:
            return None if user.is_active or not to_be_active else f"user {owner_id!r} is not active"
        return None if self.queues.get(owner_id) is not None else f"{owner_id!r} is no user or queue that is known"
