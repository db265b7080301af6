"""Privacy: a person's copy of their data, their erasure, how long what is kept, the map of what is stored where, and
incidents with the hours the law leaves for telling of them.

It stands above all rooms and knows no table by itself: each room declares what it keeps (``HOLDINGS`` beside its
tables). Tables (state store): privacy_erasure, privacy_incident, privacy_incident_line,
privacy_proof, privacy_rule.

Invariants:
* when ``erase`` returns, nothing is shown of the person or sent to them; the rest of erasing needs no one's patience;
* what is kept of an erased person names nobody: bare numbers, digests, and the least that proves consents;
* every table is declared, or a house test fails.
"""

from omniloom.privacy.asking import HiddenField, check_asked
from omniloom.privacy.erasure import DEADLINE, Erasure, ErasureState, act_of, came_since, erase, erasures
from omniloom.privacy.export import ExportFormat, export
from omniloom.privacy.holdings import HOLDINGS
from omniloom.privacy.incident import (
    Incident,
    IncidentReport,
    Known,
    Notice,
    NoticeKind,
    amend,
    incidents,
    note_incident,
    notice_of,
    tell,
)
from omniloom.privacy.lift import lift
from omniloom.privacy.map import Place, data_map
from omniloom.privacy.replay import replay
from omniloom.privacy.retention import Due, Rule, due, retain, rules, set_rule
from omniloom.privacy.sight import Sight, masked_own, sight
from omniloom.privacy.sweep import rewrite, sweep

__all__ = [
    "DEADLINE", "HOLDINGS", "Due", "Erasure", "ErasureState", "ExportFormat", "HiddenField", "Incident",
    "IncidentReport", "Known", "Notice", "NoticeKind", "Place", "Rule", "Sight", "act_of", "amend", "came_since",
    "check_asked", "data_map", "due", "erase", "erasures", "export", "incidents", "lift", "masked_own", "note_incident",
    "notice_of", "replay", "retain", "rewrite", "rules", "set_rule", "sight", "sweep", "tell",
]  # fmt: skip
