"""Which fields of what came from outside a role may see, by their names and by what tracking plans say of them."""

from dataclasses import dataclass

from omniloom.collect import FieldClasses, Pii
from omniloom.privacy.field_name import Tells, tells


@dataclass(frozen=True, slots=True)
class FieldRights:
    """What one role may see: ``sees_whom``: whom one looks at; ``sees_sensitive``: what plans call sensitive."""

    sees_whom: bool
    sees_sensitive: bool
    classes: FieldClasses

    def pii_of(self, path: str) -> Pii:
        """What plans say of a field; none if they say nothing."""
        return self.classes.named.get(path.rpartition(".")[2].lower(), Pii.NONE)

    def is_harmless(self, path: str) -> bool:
        """Whether the field of this path (``traits.city``) may be shown to everybody."""
        said = Tells.HARMLESS if is_goods(path) else tells(path.rpartition(".")[2])
        if self.pii_of(path) is not Pii.NONE or said is Tells.PERSON:
            return False
        return said is not Tells.UNKNOWN or path.lower() in self.classes.harmless

    def hides(self, path: str) -> bool:
        """Whether this role may not see all that stands in the field of this path."""
        if self.pii_of(path) is Pii.SENSITIVE:
            return not self.sees_sensitive
        return not self.sees_whom and not self.is_harmless(path)


def is_goods(path: str) -> bool:
    """Whether a name is that of what somebody bought, put into a cart or looked at."""
    return path.lower() in ("items.name", "products.name", "properties.products.name", "properties.items.name")
