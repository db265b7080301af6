"""The credit query of a model: the one fixed query, with the model's weight in place of ``model_weight``."""

import functools

import sqlglot
from sqlglot import exp

from omniloom.analytics import attribution
from omniloom.analytics.model import AttributionModel
from omniloom.core.errors import Invalid
from omniloom.core.registry import variants
from omniloom.store import Query, built, query

MODELS = variants(attribution, "MODEL", AttributionModel)
_WEIGHT = "model_weight"


def model_named(name: str) -> AttributionModel:
    """The model of a name. Errors: Invalid lists the models there are."""
    if name not in MODELS:
        raise Invalid(f"no attribution model {name!r}", hint=f"use {', '.join(MODELS)}", field="model")
    return MODELS[name]


@functools.cache
def credits_of(name: str) -> Query:
    """The query that credits by one model. The weight is text from our own code, never a user's."""
    return credit_query(name, model_named(name))


def credit_query(name: str, model: AttributionModel) -> Query:
    """The credit query with a model's weight in it."""
    weight = sqlglot.parse_one(model.weight_sql, dialect="duckdb")
    tree = query(__file__, "credits").tree.copy()
    for hole in [column for column in tree.find_all(exp.Column) if column.name == _WEIGHT]:
        hole.replace(weight.copy())
    return built(f"analytics.credits_{name}", tree)
