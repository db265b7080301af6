"""A WhatsApp user: wa_id, the phone number without its plus, as E.164. Source: WhatsApp Cloud API, contacts.wa_id.

It is compared apart from phones: whoever holds the account is proven, whoever typed the number is not.
"""

from omniloom.identity import phone_number
from omniloom.identity.kind import Kind, Level, Problem

_NATIONAL_DIGITS_MAX = 10  # a longer run of digits starts with its country's code


def _normalise(value: str, home_region: str) -> str | Problem:
    is_bare = value.isdecimal() and len(value) > _NATIONAL_DIGITS_MAX
    return phone_number.normalise(f"+{value}" if is_bare else value, home_region)


KIND = Kind(
    title="WhatsApp",
    is_strong=True,
    priority=41,
    level=Level.VERIFIED,
    normalise=_normalise,
    prefixes=phone_number.prefixes,
    examples={
        "79161234567": "+79161234567",
        "+7 916 123 45 67": "+79161234567",
        "4915112345678": "+4915112345678",
        "anna": "",
    },
)
