"""Telephone numbers as their countries write them, by the library that knows them."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=4_096)
def phone_number(written: str, country: str | None) -> str | None:
    """The number with its country, as +4930123456; None where it is no valid number."""
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
