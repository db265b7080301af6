"""Segments: sets of people by what is known of them and what they did, defined in a small language.

Owns ``segments_segment`` (definitions, state store), ``segments_member``, ``segments_aside`` (memberships that merges
hide) and ``segments_change`` (events store).

Invariants:
* A definition becomes a typed tree, and the tree becomes SQL of constants and placeholders: no user text in SQL.
* Membership and the record of who entered or left change in one transaction; each change becomes one event, once.
* A merge and its undoing, by themselves, announce nothing and leave every membership as it was.
* Segments never depend on themselves, neither through each other nor through the events they announce.
"""

from omniloom.segments.announce import announce
from omniloom.segments.definition import AllOf, AnyOf, Condition, Did, Filter, Not, Test, TraitHas, dump, walk
from omniloom.segments.describe import describe
from omniloom.segments.difference import Refreshed
from omniloom.segments.explain import Explained, explain
from omniloom.segments.follow import follow
from omniloom.segments.holdings import HOLDINGS
from omniloom.segments.membership import members, refresh, refresh_due, segments_of
from omniloom.segments.operator import Kind, Operator, Takes, known_operators
from omniloom.segments.parse import PRODUCT_FIELDS, parse
from omniloom.segments.preview import check, count, sample
from omniloom.segments.recent import Change, Changes, changes
from omniloom.segments.schema import SCHEMA
from omniloom.segments.segment import Segment, archive, create, restore, segment, segments, update
from omniloom.segments.suggest import event_names, property_names, property_values
from omniloom.segments.traits import TraitName, trait_names, trait_values

__all__ = [
    "HOLDINGS", "PRODUCT_FIELDS", "SCHEMA", "AllOf", "AnyOf", "Change", "Changes", "Condition", "Did", "Explained",
    "Filter", "Kind", "Not", "Operator", "Refreshed", "Segment", "Takes", "Test", "TraitHas", "TraitName", "announce",
    "archive", "changes", "check", "count", "create", "describe", "dump", "event_names", "explain", "follow",
    "known_operators", "members", "parse", "property_names", "property_values", "refresh", "refresh_due", "restore",
    "sample", "segment", "segments", "segments_of", "trait_names", "trait_values", "update", "walk",
]  # fmt: skip
