"""Texts as nobody would think of them: all that Python can hold in a string, half characters included, with many of
the letters that are hard to compare."""

from hypothesis import strategies as st

_HARD = (
    "ßẞıİſKÅÆǽØŉﬁΣςΰᾳйё\u0301\u0308\u0327バﾊﾞ\u3099हि\u093eשָ\u064eกำ한\u1161株㈱"
    "\u200b\u200d\u00ad\ufeff\u3164\ufe0f．。＠／@./'´\"&+ -xn"
)
TEXTS = st.text() | st.text(_HARD, max_size=8) | st.text(st.characters(exclude_categories=()), max_size=8)
