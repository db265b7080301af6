"""What nobody should send and somebody does: a few hundred items and bodies, each with a name.

Source: the list T41 of the reliability spec; RFC 8259 and 3629 for what is no JSON and no UTF-8.
"""

# ruff: noqa: E501 - lists of payloads
import gzip
import json
from collections.abc import Iterator

ITEM_BYTES_MAX = 32 * 1024
GOOD = {"type": "track", "event": "Product Viewed", "userId": "u"}
FIELDS = (
    "type", "event", "name", "userId", "anonymousId", "previousId", "groupId", "messageId", "timestamp",
    "originalTimestamp", "sentAt", "properties", "traits", "context", "integrations", "category",
)  # fmt: skip
WRONG_KINDS = ("null", "true", "7", "1.5", '""', '" "', "[]", "{}", '"x"', "[1]", '{"a":1}')
NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e308", "1e309", "1e400", "-1e400", "1e-400", "5e-324", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1" + "0" * 100,
    "0.1234567890123456789012345", "-0", "-0.0", "00", "01", "1.", ".5", "+1", "0x10", "1_000", "1e", "1e+", "--1", "1e99999",
)  # fmt: skip
TEXTS = (
    "\\u0000", "a\\u0000b", "\\ud800", "\\udc00", "\\udc00\\ud800", "\\ud83d\\ude00", "\\ud83d", "\\uD800\\u0041", "\\uffff",
    "\\ufffe", "\\u202e\\u0645\\u0631", "\\u2028\\u2029", "\\ufeff", "\\u200d", "e\\u0301", "\\u212b", "\\u1100\\u1161\\u11a8",
    "\\x41", "\\q", "\\u12", "\\", "\\u00e9\\u0301" * 50, "\U0001f469\u200d\U0001f373", "\u202eRTL", "Ж" * 1000, "ﷺ" * 100,
    "a" + "\u0301" * 1000, "\ufeff", "\u0085", "\u2028", "' or 1=1 --", "<script>alert(1)</script>", "../../etc/passwd",
    "a\\r\\nSet-Cookie: x=1", "%s%n%x", "{{ 7*7 }}{% for i in (1..9) %}", "=cmd|' /C calc'!A0", "${jndi:ldap://x}", "0e000",
    "NaN", "null", "undefined", "[object Object]", "-1", "0", "anonymous", "\\u0061\\u0301\\u0323", "١٢٣", "２０２６",
)  # fmt: skip
BYTES = (
    b"\xff", b"\xfe", b"\xc0\x80", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80", b"\xd0", "Привет".encode("cp1251"),
    "Grüße".encode("latin-1"), b"\x00", b"\x01", b"\x1f", b"\n", b"\t", b"\x7f",
)  # fmt: skip
KEYS = (
    "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "", " ", "a.b", ".", "..", "$set", "$where", "a$b",
    "a'b", 'a\\"b', "a\\\\b", "<b>", "😀", "ключ", "e\\u0301", "\\u0000", "\\ud800", "email", "phone", "k" * 1000, "select", "a b",
    "products", "revenue", "traits", "externalIds", "campaign", "clock", "integrations", "a/b", "a[0]", "#", "%00", "null",
)  # fmt: skip
TIMES = (
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "+012345-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "2200-12-31T23:59:59Z", "2201-01-01T00:00:00Z",
    "2016-12-31T23:59:60Z", "2016-12-31T23:59:61Z", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-11-21T24:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T12:60:00Z", "2026-11-21T12:00:00+23:59",
    "2026-11-21T12:00:00-23:59", "2026-11-21T12:00:00+24:00", "2026-11-21T12:00:00+99:99", "2026-11-21T12:00:00-00:00",
    "2026-11-21t12:00:00z", "2026-11-21 12:00:00", "2026-11-21", "20261121T120000Z", "2026-W47-6", "2026-325", "1763726400",
    "1763726400000", "2026-11-21T12:00:00.123456789Z", "2026-11-21T12:00:00,5Z", "now", "yesterday", "Sat Nov 21 2026", " ",
    "2026-11-21T12:00:00.Z", "２０２６-11-21T12:00:00Z", "2026-11-21T12:00:00ZZ", "2026-11-21T12:00:00 Z", "\\u0000", "T", "Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
)  # fmt: skip
MONEY = (
    '{"revenue":-1}', '{"revenue":-99999999999999}', '{"revenue":92233720368547758}', '{"revenue":9223372036854775807}',
    '{"revenue":1e300}', '{"revenue":1e18,"currency":"KWD"}', '{"revenue":"12,50"}', '{"revenue":"NaN"}', '{"revenue":"1e999"}',
    '{"revenue":"Infinity"}', '{"revenue":true}', '{"revenue":[]}', '{"revenue":{}}', '{"revenue":0.005,"currency":"JPY"}',
    '{"revenue":1,"currency":"XXX"}', '{"revenue":1,"currency":"rub"}', '{"revenue":1,"currency":643}', '{"revenue":1,"currency":""}',
    '{"revenue":1,"currency":"RUBRUB"}', '{"revenue_minor":1.5}', '{"revenue_minor":"x"}', '{"revenue_minor":9223372036854775807}',
    '{"total":-0.0}', '{"value":1e-300}', '{"order_id":[]}', '{"order_id":{"a":1}}', '{"order_id":1e20}', '{"order_id":true}',
    '{"channel":[]}', '{"channel":7}', '{"campaign_id":{}}', '{"campaign_id":1.5}',
)  # fmt: skip
PRODUCTS = (
    "null", "{}", '"x"', "7", "[null]", "[[]]", "[1]", '["x"]', "[{}]", '[{"product_id":null}]', '[{"product_id":[]}]',
    '[{"product_id":"p","quantity":-1}]', '[{"product_id":"p","quantity":0}]', '[{"product_id":"p","quantity":1.5}]',
    '[{"product_id":"p","quantity":1e300}]', '[{"product_id":"p","quantity":"2"}]', '[{"product_id":"p","quantity":"x"}]',
    '[{"product_id":"p","price":1e300,"quantity":1e300}]', '[{"product_id":"p","price":-5}]', '[{"product_id":"p","price":"x"}]',
    '[{"product_id":"p","price":92233720368547758,"quantity":1000}]', '[{"product_id":"p","amount":[]}]', '[{"sku":7}]',
    '[{"product_id":{"a":1}}]', "[" + ",".join(['{"product_id":"p"}'] * 1000) + "]", '[{"product_id":"' + "p" * 5000 + '"}]',
)  # fmt: skip
EXTERNAL = (
    "null", "{}", '"x"', "7", "[null]", "[1]", "[[]]", "[{}]", '[{"id":"1"}]', '[{"type":"card"}]', '[{"id":null,"type":"card"}]',
    '[{"id":1.5,"type":"card"}]', '[{"id":true,"type":"card"}]', '[{"id":"","type":"card"}]', '[{"id":"1","type":""}]',
    '[{"id":"1","type":"Ж"}]', '[{"id":"1","type":"a b"}]', '[{"id":"1","type":"__proto__"}]', '[{"id":"' + "9" * 501 + '","type":"card"}]',
    '[{"id":9223372036854775808,"type":"card"}]', '[{"id":"1","type":"card","collection":"users","encoding":"none"}]',
)  # fmt: skip
PEOPLE = (
    "a" * 64 + "@b.ru", "a" * 65 + "@b.ru", "a@" + "b" * 255 + ".ru", "a@b@c.ru", "@b.ru", "a@", "юзер@пример.рф", "a@[127.0.0.1]",
    '\\"a b\\"@c.ru', "a@b..ru", "A@B.RU", " a@b.ru ", "a\\u0000@b.ru", "+7 (912) 345-67-89", "89123456789", "0079123456789", "+", "123",
    "+" + "9" * 400, "٠٩١٢", "tel:+79123456789;ext=5", "доб. 5", "a@b.ru,c@d.ru", "mailto:a@b.ru",
)  # fmt: skip


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "1" + closing * depth


def with_(field: str, text: str) -> bytes:
    """A good item with one field's JSON text instead of its own."""
    return with_bytes(field, text.encode("utf-8", "surrogatepass"))


def with_bytes(field: str, raw: bytes) -> bytes:
    others = {key: value for key, value in GOOD.items() if key != field}
    return json.dumps(others).encode()[:-1] + b',"' + field.encode() + b'":' + raw + b"}"


def items() -> Iterator[tuple[str, bytes]]:
    """Items to put between good neighbours in a batch, and to send alone."""
    for field in FIELDS:
        for kind in WRONG_KINDS:
            yield f"{field} is {kind}", with_(field, kind)
    for number in NUMBERS:
        yield f"number {number[:30]}", with_("properties", f'{{"x":{number}}}')
        yield f"userId {number[:30]}", with_("userId", number)
        yield f"messageId {number[:30]}", with_("messageId", number)
        yield f"unread number {number[:30]}", with_("unread", number)
    for i, text in enumerate(TEXTS):
        for field in ("event", "userId", "messageId"):
            yield f"{field} text {i}", with_(field, f'"{text}"')
        yield f"property text {i}", with_("properties", f'{{"x":"{text}","Ж":1}}')
        yield f"trait text {i}", with_("traits", f'{{"x":["{text}"]}}')
    for i, raw in enumerate(BYTES):
        yield f"bytes {i}", with_bytes("properties", b'{"x":"' + raw + b'"}')
        yield f"bytes {i} in a key", with_bytes("properties", b'{"x' + raw + b'":1}')
        yield f"bytes {i} unread", with_bytes("unread", b'"' + raw + b'"')
    for key in KEYS:
        for field in ("properties", "traits", "context"):
            yield f"{field} key {key[:20]!r}", with_(field, f'{{"{key}":"v"}}')
    for depth in (31, 32, 33, 34, 100, 1000, 16_000):
        yield f"{depth} lists", with_("properties", '{"x":' + nested("[", "]", depth) + "}")
        yield f"{min(depth, 5000)} objects", with_("context", nested('{"a":', "}", min(depth, 5000)))
        yield f"{depth} lists unread", with_("unread", nested("[", "]", depth))
    for at in TIMES:
        for field in ("timestamp", "originalTimestamp", "sentAt"):
            yield f"{field} {at}", with_(field, f'"{at}"')
    for text in MONEY:
        yield f"money {text}", with_("properties", text).replace(b"Product Viewed", b"Order Completed")
    for text in PRODUCTS:
        yield (
            f"products {text[:60]}",
            with_("properties", f'{{"products":{text}}}').replace(b"Product Viewed", b"Order Completed"),
        )
    for text in EXTERNAL:
        yield f"externalIds {text[:60]}", with_("context", f'{{"externalIds":{text}}}')
    for i, text in enumerate(PEOPLE):
        for key in ("email", "phone"):
            yield f"{key} {i}", with_("traits", f'{{"{key}":"{text}"}}').replace(b'"track"', b'"identify"')
    yield from shapes()


def shapes() -> Iterator[tuple[str, bytes]]:
    """Whole items that are odd."""
    for text in ("null", "true", "7", '"x"', "[]", "{}", "[[]]", '{"type":"track"}', '{"batch":[]}', '{"":1}'):
        yield f"the item {text}", text.encode()
    yield "keys twice", b'{"type":"page","type":"track","event":"A","event":"B","userId":"u","userId":"v"}'
    yield "keys twice inside", with_("properties", '{"a":1,"a":{"b":2},"a":[3]}')
    yield "a key in two forms", with_("properties", '{"\\u00e9":1,"e\\u0301":2}')
    yield "escaped field names", b'{"\\u0074ype":"track","\\u0065vent":"E","us\\u0065rId":"u"}'
    yield "5000 keys", with_("properties", json.dumps({f"k{i}": i for i in range(1500)}))
    for size in (ITEM_BYTES_MAX - 1, ITEM_BYTES_MAX, ITEM_BYTES_MAX + 1):
        bare = len(with_("properties", '{"x":""}'))
        yield f"{size} bytes", with_("properties", '{"x":"' + "x" * (size - bare) + '"}')
        yield f"{size} bytes unread", with_("unread", '{"x":"' + "x" * (size - bare + 4) + '"}')
    for field, longest in (("messageId", 100), ("userId", 500), ("event", 500)):
        for length in (longest, longest + 1):
            yield f"{field} of {length}", with_(field, '"' + "x" * length + '"')
            yield f"{field} of {length} wide", with_(field, '"' + "Ж" * length + '"')


def bodies() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """Whole bodies of a batch, with the headers they need; they are refused, or taken as far as they can be."""
    good = json.dumps({"batch": [GOOD]}).encode()
    for name, raw in (
        ("empty", b""), ("blank", b" "), ("NUL", b"\x00"), ("cut", good[:-2]), ("twice", good + good), ("trailing", good + b"x"),
        ("BOM", b"\xef\xbb\xbf" + good), ("two BOMs", b"\xef\xbb\xbf" * 2 + good), ("list", b"[" + good + b"]"),
        ("200k lists", nested("[", "]", 200_000).encode()), ("200k objects", nested('{"a":', "}", 80_000).encode()),
        ("200k in the batch", b'{"batch":[' + nested("[", "]", 200_000).encode() + b"]}"),
        ("200k beside the batch", b'{"x":' + nested("[", "]", 200_000).encode() + b',"batch":[]}'),
        ("UTF-16", good.decode().encode("utf-16")), ("UTF-32", good.decode().encode("utf-32")), ("UTF-7", good.decode().encode("utf-7")),
        ("a form", b"batch=%5B%5D"), ("a batch that is an object", b'{"batch":{}}'), ("batch null", b'{"batch":null}'),
        ("batch twice", b'{"batch":[],"batch":[' + json.dumps(GOOD).encode() + b"]}"), ("a huge number", b'{"batch":[1e999999]}'),
        ("context list", b'{"batch":[{}],"context":[]}'), ("context NUL", b'{"batch":[{}],"context":{"a":"\\u0000"}}'),
        ("context half", b'{"batch":[{}],"context":{"a":"\\ud800"}}'), ("context huge", b'{"batch":[{}],"context":{"a":1e999}}'),
        ("sentAt odd", b'{"batch":[{}],"sentAt":"0000-00-00"}'), ("sentAt number", b'{"batch":[{}],"sentAt":7}'),
        ("key number", b'{"batch":[{}],"writeKey":7}'), ("integrations", b'{"batch":[{}],"integrations":[1,"\\ud800"]}'),
        ("2501 items", b'{"batch":[' + b",".join([b"{}"] * 2501) + b"]}"),
        ("500 KB", b'{"batch":[],"x":"' + b"x" * (500 * 1024 - 19) + b'"}'),
        ("500 KB + 1", b'{"batch":[],"x":"' + b"x" * (500 * 1024 - 18) + b'"}'),
    ):  # fmt: skip
        yield name, raw, {}
        yield f"{name}, packed", gzip.compress(raw), {"content-encoding": "gzip"}
    bomb = gzip.compress(bytes(64 << 20), 9)
    yield "bomb", bomb, {"content-encoding": "gzip"}
    yield "bomb in a bomb", gzip.compress(bomb), {"content-encoding": "gzip"}
    for coding in ("br", "deflate", "zstd", "gzip, gzip", "GZIP", "x", "\x7f"):
        yield f"coding {coding!r}", good, {"content-encoding": coding}
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=cp1251",
        "x" * 900,
    ):
        yield f"kind {kind[:30]}", good, {"content-type": kind}
