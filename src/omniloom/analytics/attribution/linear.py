"""Linear: every touch on the way gets the same part."""

from omniloom.analytics.model import AttributionModel

MODEL = AttributionModel(
    title={"en": "Linear", "ru": "Линейная"},
    text={
        "en": "Every touch before the order gets the same part: who took part at all.",
        "ru": "Каждое касание перед заказом получает равную долю: кто вообще участвовал.",
    },
    weight=lambda _touch: 1,
    weight_sql="1",
    examples=[(["email"], [1]), (["email", "sms", "email"], [1, 1, 1])],
)
