"""What may be done, and which role may do it. Doors declare a permission per route and page; rooms never ask."""

from enum import Enum, StrEnum
from typing import Final


class Permission(StrEnum):
    """One thing a person may be allowed to do."""

    OVERVIEW_READ = "overview.read"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    CUSTOMERS_PERSONAL = "customers.personal"  # see whom one looks at: addresses and names unmasked
    CUSTOMERS_SENSITIVE = "customers.sensitive"  # see fields too that a tracking plan calls sensitive
    CUSTOMERS_EXPORT = "customers.export"
    PRIVACY_READ = "privacy.read"
    PRIVACY_WRITE = "privacy.write"
    SEGMENTS_READ = "segments.read"
    SEGMENTS_WRITE = "segments.write"
    CAMPAIGNS_READ = "campaigns.read"
    CAMPAIGNS_WRITE = "campaigns.write"
    CAMPAIGNS_LAUNCH = "campaigns.launch"
    MONEY_READ = "money.read"
    SOURCES_READ = "sources.read"
    SOURCES_WRITE = "sources.write"
    IMPORTS_WRITE = "imports.write"
    SETTINGS_READ = "settings.read"
    SETTINGS_WRITE = "settings.write"
    USERS_WRITE = "users.write"


class Public(Enum):
    """The type of the marker below."""

    PUBLIC = "public"


PUBLIC: Final = Public.PUBLIC
"""Marks a route or page that needs no sign-in. It must be written out: nothing is public by omission."""


class Role(StrEnum):
    """What a user is to this installation."""

    OWNER = "owner"
    MARKETER = "marketer"
    ANALYST = "analyst"
    OPERATOR = "operator"
    VIEWER = "viewer"


_ALL = frozenset(Permission)
_READ = frozenset(p for p in Permission if p.value.endswith(".read"))

ROLES: Final[dict[Role, frozenset[Permission]]] = {
    Role.OWNER: _ALL,
    Role.MARKETER: _ALL
    - {
        Permission.USERS_WRITE,
        Permission.SETTINGS_WRITE,
        Permission.SOURCES_WRITE,
        Permission.PRIVACY_WRITE,
        Permission.CUSTOMERS_SENSITIVE,
    },
    Role.ANALYST: _READ | {Permission.SEGMENTS_WRITE},
    Role.OPERATOR: frozenset(
        {
            Permission.OVERVIEW_READ,
            Permission.CUSTOMERS_READ,
            Permission.CUSTOMERS_WRITE,
            Permission.CUSTOMERS_PERSONAL,
            Permission.CUSTOMERS_SENSITIVE,
            Permission.CUSTOMERS_EXPORT,
            Permission.PRIVACY_READ,
            Permission.PRIVACY_WRITE,
            Permission.SOURCES_READ,
        }
    ),
    Role.VIEWER: frozenset(
        {
            Permission.OVERVIEW_READ,
            Permission.CUSTOMERS_READ,
            Permission.SEGMENTS_READ,
            Permission.CAMPAIGNS_READ,
            Permission.MONEY_READ,
        }
    ),
}
