"""Characters that deceive: what is not seen, or turns around what stands beside it. Pure."""

import re

_DECEIVING = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f]"
)


def visible(text: str) -> str:
    """The text with such characters named: two names that look alike are alike."""
    return _DECEIVING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
