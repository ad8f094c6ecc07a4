"""What goes when a person is erased, and what a plain deletion takes from the responses: texts that show who the person
is. What was decided stays without them, so that credit still adds up."""

from dataclasses import fields
from typing import Any

from rekindle.domain.capture.applying import deletion_of, person_deleted
from rekindle.domain.core.values import replace
from rekindle.domain.people.lifecycle import without_notes
from rekindle.domain.people.person import Erasure, Person, Profile
from rekindle.domain.records.stamps import NEWER, ChangeStamp, Stamps
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Response

_NESTED = "fields"


def person_erased(person: Person, stamp: ChangeStamp) -> Person | None:
    """The person without what was known of it up to an erasure; None where all of that is gone already."""
    erasure = Erasure(stamp.at, everywhere=True, people=1 + len(person.merged_ids))
    deleted = person_deleted(person, stamp)
    if deleted is not None:
        return replace(deleted, erasure=erasure)
    if person.deleted and not (person.erasure is not None and person.erasure.everywhere):
        return replace(person, erasure=erasure)
    if person.deleted or stamp.order_after(deletion_of(person)) is not NEWER:
        return None
    # Changed since: what was known before goes all the same.
    profile = person.profile or Profile()
    stamps = {**profile.stamps, "deleted": stamp}
    kept: dict[str, Any] = {}
    for name in _PROFILE_VALUES:
        if _is_newer(name, stamps, stamp):
            kept[name] = getattr(profile, name)
    kept[_NESTED] = {n: v for n, v in profile.fields.items() if _is_newer(f"{_NESTED}.{n}", stamps, stamp)}
    lifecycle = without_notes(person.lifecycle)
    return replace(person, erasure=erasure, lifecycle=lifecycle, profile=Profile(stamps=stamps, **kept))


_PROFILE_VALUES = tuple(f.name for f in fields(Profile) if f.name not in (_NESTED, "stamps"))


def without_profile(person: Person) -> Person:
    """A record that is kept only for what points to it."""
    profile = Profile(stamps=person.profile.stamps if person.profile is not None else {})
    return person if person.profile in (None, profile) else replace(person, profile=profile)


def without_texts(response: Response, person: Person) -> Response:
    """The response without texts from before the person's deletion; without any while the person is deleted. The same
    response where there is none."""
    details, deletion = response.details, deletion_of(person)
    if details is None or deletion is None:
        return response

    def stays(name: str) -> bool:
        return not person.deleted and _is_newer(name, details.stamps, deletion)

    after = replace(
        details,
        source_code=details.source_code if stays("source_code") else None,
        treatment=details.treatment if stays("treatment") else None,
        list_id=details.list_id if stays("list_id") else None,
        click_url=details.click_url if stays("click_url") else None,
        fields={name: value for name, value in details.fields.items() if stays(f"{_NESTED}.{name}")},
    )
    return response if after == details else replace(response, details=after)


def _is_newer(name: str, stamps: Stamps, deletion: ChangeStamp) -> bool:
    stamp = stamps.get(name)
    return stamp is not None and stamp.order_after(deletion) is NEWER


def without_name(user: User, deletion: ChangeStamp) -> User:
    """A version of a user that was deleted, without what was known of its name and address before."""

    def stays(name: str) -> bool:
        return _is_newer(name, user.stamps, deletion)

    return replace(user, name=user.name if stays("name") else None, email=user.email if stays("email") else None)
