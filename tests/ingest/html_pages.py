"""Pages for the tests of the HTML reader, in our own words."""

from __future__ import annotations

PROSE = (
    "A cramp in the calf comes without warning, lasts a few minutes and leaves the muscle sore for the rest of "
    "the day, which is why people who get them often ask what they can do before they go to bed."
)
MORE = (
    "Stretching for a short while in the evening, drinking enough through the day and wearing shoes that fit are "
    "the three things most often recommended, and none of them does any harm when done with care."
)
LAST = (
    "Anyone whose leg stays swollen, red or warm should not wait for a cramp to pass but have the leg looked at "
    "on the same day, because a clot can feel much the same in the beginning."
)


def page(content: str, *, head: str = "<title>Calf cramps</title>", around: str = "") -> str:
    """Return a whole page with `content` as its article."""
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body>'
        '<header><a href="/">Leg School</a><nav><ul><li><a href="/a">Shop</a><li><a href="/b">Courses</a></ul></nav>'
        f"</header><main><h1>Calf cramps</h1><p>{PROSE}</p>{content}<p>{MORE}</p></main>{around}"
        "<footer><p>All rights reserved by the people of Leg School, who also sell socks.</p></footer></body></html>"
    )
