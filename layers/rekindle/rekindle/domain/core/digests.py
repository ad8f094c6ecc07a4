"""Short names for texts, from which ids are made."""

from hashlib import sha256


def digest(*parts: str) -> str:
    """A short name for some text: 80 bits, as 20 hexadecimal digits."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:20]
