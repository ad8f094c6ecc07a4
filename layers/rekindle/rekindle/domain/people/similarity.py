"""How alike two texts are that somebody may have mistyped."""

_PREFIX, _PREFIX_WEIGHT = 4, 0.1


def jaro_winkler(one: str, other: str) -> float:
    """From 0 to 1: letters in common, less those that changed places, more for the same beginning.

    Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage",
    1990: made for names, where people seldom get the first letters wrong.
    """
    if one == other:
        return 1.0 if one else 0.0
    likeness = _jaro(one, other)
    prefix = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return likeness + min(prefix, _PREFIX) * _PREFIX_WEIGHT * (1 - likeness)


def _jaro(one: str, other: str) -> float:
    if (len(one), one) > (len(other), other):
        one, other = other, one
    reach = max(len(other) // 2 - 1, 0)
    taken = [False] * len(other)
    mine: list[str] = []
    for place, letter in enumerate(one):
        for there in range(max(place - reach, 0), min(place + reach + 1, len(other))):
            if not taken[there] and other[there] == letter:
                taken[there] = True
                mine.append(letter)
                break
    if not mine:
        return 0.0
    theirs = [letter for letter, used in zip(other, taken, strict=True) if used]
    moved = sum(a != b for a, b in zip(mine, theirs, strict=True)) / 2
    common = len(mine)
    return (common / len(one) + common / len(other) + (common - moved) / common) / 3
