"""What a table's cells carry on a phone: headings as CSS texts, which nothing in a name can leave."""

import re

from hypothesis import given
from hypothesis import strategies as st

from omniloom.web.parts import css_text

_ESCAPE = re.compile(r"\\([0-9a-f]{1,6}) ")


def read(text: str) -> str:
    """A CSS string as a browser reads it."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text[1:-1])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_text_stays_inside_its_quotes_and_says_the_same(content):
    text = css_text(content)
    assert text[0] == text[-1] == '"'
    assert not set(text[1:-1]) & set("\"';{}<>()\n:@/*")
    assert read(text) == content


def test_a_hostile_heading_cannot_end_the_style():
    assert css_text('x"; } body { display: none') == '"x\\22 \\3b  \\7d  body \\7b  display\\3a  none"'
