"""Matching, where the truth is known: leads to the accounts of a CRM, and records of one person to each other.

    python -m tests.benchmarks.matching          (a part of make bench; DATA=folder names where the data are)

The data are not part of the project. Where they are absent the rows are left out, and a sentence says so.

Accounts: the 85 of Maven's CRM, of which every third is kept back, so that its leads belong to nobody who is known.
Each opportunity of an account is a lead that names the company as people do: in another case, with another legal form,
without its punctuation, mistyped by one letter, or with a word more. The accounts come without domains and the leads
without addresses: what is measured is the name.

Persons: Febrl's fourth pair of files, 5,000 records and a second, spoilt one of each. The pairs compared are all that
share a given name, a surname, a postal code or a date of birth, the same for both sides.
"""

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rekindle.adapters.memory import Memory, MemoryAccounts, MemoryContacts, MemoryPeople, MemoryReference
from rekindle.application.assignment.match_account import MatchAccount
from rekindle.domain.assignment.matching import Match
from rekindle.domain.people.duplicates import Identity, buckets, identity, same_person
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.records.account import Account
from tests.benchmarks.table import Row, printed

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("DATA") or ROOT.parent / "shared" / "data" / "csv")
PEER = ROOT / ".bench" / "bin" / "python"
KEPT_BACK = 3
SEED = 4

Pair = tuple[str, str]


def rows(data: Path = DATA) -> Iterator[Row]:
    maven, febrl = data / "maven_crm", data / "febrl"
    for folder, measure in ((maven, account_rows), (febrl, person_rows)):
        if folder.is_dir():
            yield from measure(folder)
        else:
            print(f"Left out: there is no {folder.name} in {data}.", file=sys.stderr)


# --- accounts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lead:
    company: str
    account: str
    spoilt: bool
    """Whether the name has a typo or a word more, so that no rule can tell which account it is."""


def account_rows(folder: Path) -> Iterator[Row]:
    names = [row["account"] for row in _csv(folder / "accounts.csv")]
    known = {name for place, name in enumerate(names) if place % KEPT_BACK}
    leads = list(leads_of(row["account"] for row in _csv(folder / "sales_pipeline.csv") if row["account"]))
    matches = list(zip(leads, matched(known, leads), strict=True))
    right = sum(found.account_id == lead.account for lead, found in matches)
    wrong = sum(found.account_id not in (None, lead.account) for lead, found in matches)
    plain = [(lead, found) for lead, found in matches if lead.account in known and not lead.spoilt]
    spoilt = [(lead, found) for lead, found in matches if lead.account in known and lead.spoilt]
    strangers = [found for lead, found in matches if lead.account not in known]
    named = f"of {len(leads):,} leads of {len(known)} accounts and {len(names) - len(known)} strangers"
    yield Row(18, f"leads matched to a wrong account, {named}", wrong, 0, ".0f", exact=True)
    yield Row(18, "  precision of a match", right / (right + wrong), 0, ".4f", stated=True)
    yield Row(18, "  recall of a match, names written differently", _share(plain, _is_match), 0, ".4f", stated=True)
    yield Row(18, "  recall of a match, names spoilt", _share(spoilt, _is_match), 0, ".4f", stated=True)
    yield Row(18, "  recall of match or suggestion, names spoilt", _share(spoilt, _is_near), 0, ".4f", stated=True)
    yield Row(
        18, "  recall of match or first suggestion, names spoilt", _share(spoilt, _is_first), 0, ".4f", stated=True
    )
    suggested = [(lead, found) for lead, found in matches if found.suggestions]
    yield Row(18, "  precision of a first suggestion", _share(suggested, _is_first), 0, ".4f", stated=True)
    led_on = sum(bool(found.suggestions) for found in strangers) / len(strangers)
    yield Row(18, "  strangers to whom an account is suggested", led_on, 0, ".4f", stated=True)


def _share(matches: Sequence[tuple[Lead, Match]], holds: Callable[[Lead, Match], bool]) -> float:
    return sum(holds(lead, found) for lead, found in matches) / len(matches)


def _is_match(lead: Lead, found: Match) -> bool:
    return found.account_id == lead.account


def _is_near(lead: Lead, found: Match) -> bool:
    return lead.account in (found.account_id, *(one.account_id for one in found.suggestions))


def _is_first(lead: Lead, found: Match) -> bool:
    return lead.account in (found.account_id, *(one.account_id for one in found.suggestions[:1]))


def matched(known: Iterable[str], leads: Iterable[Lead]) -> Iterator[Match]:
    """By the use case that the router asks, over accounts that are called by their names."""
    memory = Memory()
    accounts, reference = MemoryAccounts(memory), MemoryReference(memory)
    for name in known:
        accounts.put(Account(name, name, version=1), 0)
    match = MatchAccount(accounts, MemoryContacts(memory), MemoryPeople(memory, reference), reference)
    for place, lead in enumerate(leads):
        yield match(Person(f"lead-{place}", profile=Profile(company=lead.company)))


def leads_of(accounts: Iterable[str]) -> Iterator[Lead]:
    random = Random(SEED)
    for account in accounts:
        write = random.choice(_PLAIN if random.random() < 0.5 else _SPOILT)
        yield Lead(write(account, random), account, write in _SPOILT)


def _as_it_is(name: str, _: Random) -> str:
    return name


def _in_another_case(name: str, random: Random) -> str:
    return random.choice((name.upper(), name.lower(), name.swapcase()))


def _of_another_form(name: str, random: Random) -> str:
    bare = name
    for form in (" Corporation", " Company", " & Co"):
        bare = bare.removesuffix(form)
    return bare + random.choice((" Inc.", ", Inc", " LLC", " GmbH", " Ltd.", " S.A.", " Corp", " & Co. KG", ""))


def _without_punctuation(name: str, random: Random) -> str:
    written = name.replace("&", "and").replace("-", " ")
    return random.choice((f"The {written}", f"  {written} ", f"{written}."))


def _mistyped(name: str, random: Random) -> str:
    place = random.randrange(len(name))
    letter = random.choice("abcdefghijklmnopqrstuvwxyz")
    swapped = name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]
    written = random.choice(
        (
            name[:place] + name[place + 1 :],
            name[:place] + letter + name[place:],
            name[:place] + letter + name[place + 1 :],
            swapped,
        )
    )
    return written if written.casefold() != name.casefold() else _mistyped(name, random)


def _with_a_word_more(name: str, random: Random) -> str:
    return f"{name} {random.choice(('Germany', 'Europe', 'International', 'North America', 'Services'))}"


_PLAIN = (_as_it_is, _in_another_case, _of_another_form, _without_punctuation)
_SPOILT = (_mistyped, _mistyped, _mistyped, _with_a_word_more)


# --- persons -------------------------------------------------------------------------------------------------------


def person_rows(folder: Path) -> Iterator[Row]:
    files = folder / "dataset4a.csv", folder / "dataset4b.csv"
    left, right = ({row["rec_id"]: row for row in _csv(path)} for path in files)
    truth = {(record, record.replace("-org", "-dup-0")) for record in left}
    pairs = _sharing(left, right, ("given_name", "surname", "postcode", "date_of_birth"))
    one, other = ({key: _identity(row) for key, row in rows.items()} for rows in (left, right))
    ours = {pair for pair in pairs if (alike := same_person(one[pair[0]], other[pair[1]])) and alike.same}
    met = _meeting(one, other)
    yield from _told(f"of {len(pairs):,} pairs", ours, truth)
    yield Row(19, "  pairs that meet in our buckets", len(met), 0, ",.0f", stated=True)
    yield Row(19, "  recall that those allow", len(met & truth) / len(truth), 0, ".4f", stated=True)
    if not PEER.exists():
        print('recordlinkage is left out: "make bench" prepares it in .bench.', file=sys.stderr)
        return
    theirs = _of_peer(files, pairs)
    for how, found in theirs.items():
        yield from _told(f"recordlinkage, {how}", found, truth)
    fewest = min(len(found ^ truth) for found in theirs.values())
    yield Row(19, "mistakes of ours ÷ of recordlinkage's better way", len(ours ^ truth) / fewest, 1, exact=True)


def _told(what: str, found: set[Pair], truth: set[Pair]) -> Iterator[Row]:
    right = len(found & truth)
    yield Row(19, f"  precision of the same person, {what}", right / len(found), 0, ".4f", stated=True)
    yield Row(19, f"  recall, {what}", right / len(truth), 0, ".4f", stated=True)


def _identity(row: dict[str, str]) -> Identity:
    return identity(
        first_name=row["given_name"],
        last_name=row["surname"],
        born=row["date_of_birth"],
        street=row["address_1"],
        city=row["suburb"],
        postcode=row["postcode"],
        region=row["state"],
    )


def _sharing(left: dict[str, dict[str, str]], right: dict[str, dict[str, str]], names: Sequence[str]) -> list[Pair]:
    found: set[Pair] = set()
    for name in names:
        having = defaultdict(list)
        for key, row in right.items():
            if row[name]:
                having[row[name]].append(key)
        found |= {(key, same) for key, row in left.items() for same in having.get(row[name], ())}
    return sorted(found)


def _meeting(left: dict[str, Identity], right: dict[str, Identity]) -> set[Pair]:
    held = defaultdict(list)
    for key, one in right.items():
        for bucket in buckets(one):
            held[bucket].append(key)
    return {(key, met) for key, one in left.items() for bucket in buckets(one) for met in held.get(bucket, ())}


def _of_peer(files: Sequence[Path], pairs: Sequence[Pair]) -> dict[str, set[Pair]]:
    program = Path(__file__).with_name("linkage_peer.py")
    answer = subprocess.run(
        [PEER, "-W", "ignore", program, *files], input=json.dumps(pairs), capture_output=True, text=True, check=True
    )
    return {how: {pairs[place] for place in places} for how, places in json.loads(answer.stdout).items()}


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, skipinitialspace=True)


if __name__ == "__main__":
    print(printed(list(rows())))
