"""First touch: the campaign that began the way to the order gets all of it."""

from omniloom.analytics.model import AttributionModel

MODEL = AttributionModel(
    title={"en": "First touch", "ru": "Первое касание"},
    text={
        "en": "The earliest touch before the order gets all of it: what brings people in.",
        "ru": "Заказ целиком достаётся самому раннему касанию: что приводит людей.",
    },
    weight=lambda touch: int(touch.position == 1),
    weight_sql="case when position = 1 then 1 else 0 end",
    examples=[(["email"], [1]), (["email", "sms", "email"], [1, 0, 0])],
)
