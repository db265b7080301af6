"""Last touch: the campaign nearest before the order gets all of it."""

from omniloom.analytics.model import AttributionModel

MODEL = AttributionModel(
    title={"en": "Last touch", "ru": "Последнее касание"},
    text={
        "en": "The latest touch before the order gets all of it: what closes the sale.",
        "ru": "Заказ целиком достаётся самому позднему касанию: что завершает продажу.",
    },
    weight=lambda touch: int(touch.position == touch.touches),
    weight_sql="case when position = touches then 1 else 0 end",
    examples=[(["email"], [1]), (["email", "sms", "email"], [0, 0, 1])],
)
