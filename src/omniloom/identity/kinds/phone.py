"""A phone number as E.164; see ``phone_number``."""

from omniloom.identity import phone_number
from omniloom.identity.kind import Kind, Level

KIND = Kind(
    title="Phone",
    is_strong=True,
    priority=30,
    level=Level.PROBABLE,
    normalise=phone_number.normalise,
    prefixes=phone_number.prefixes,
    examples={
        "8 (916) 123-45-67": "+79161234567",
        "79161234567": "+79161234567",
        "9161234567": "+79161234567",
        "+7 916 123 45 67": "+79161234567",
        "8 701 234 56 78": "+77012345678",
        "+1 202 555 0123": "+12025550123",
        "8 (495) 123-45-67 доб. 12": "",
        "8 (495) 123-45-67 вн. 5": "",
        "+7 495 123-45-67 ext. 5": "",
        "٠٩١٦١٢٣٤٥٦٧": "",
        "+٧٩١٦١٢٣٤٥٦٧": "+79161234567",
        "555-0123": "",
        "call me": "",
        "000-000": "",
    },
)
