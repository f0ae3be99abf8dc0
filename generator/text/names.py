"""What a signature is called, in pages and in plain text, whatever its file says."""

from __future__ import annotations

import re
import unicodedata

from generator.signatures.model import Signature
from generator.words import cut

_PHRASE = re.compile(r'"((?:[^"\\]|\\.)+)"')
_RARE = re.compile(r"[^\t\n\x20-\x7e]")
_UNESCAPE = re.compile(r"\\(.)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&$!])")


def spelled(text: str) -> str:
    """The text with control and direction marks spelled out as `\\x1b`, `\\u202e`; lines stay lines."""
    return _RARE.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    c = found[0]
    if c.isprintable() or c in "\u202f\xa0":
        return c
    return f"\\x{ord(c):02x}" if ord(c) < 0x100 else f"\\u{ord(c):04x}"


def inert(text: str, width: int = 200) -> str:
    """One line of at most `width` characters: white space joined, control and direction marks spelled out."""
    return cut(spelled(" ".join(text[: 20 * width].split())), width)


def escaped(text: str, width: int = 120) -> str:
    """One line of Markdown that shows the text as it is, cut to `width` characters before escaping."""
    return _SPECIAL.sub(r"\\\1", inert(text, width))


def plain(text: str, width: int = 200) -> str:
    """The same in ASCII, for mail: accents dropped, what has no ASCII form is `?`."""
    for mark, ascii in (("…", "..."), ("“", '"'), ("”", '"'), ("’", "'"), ("–", "-"), ("—", "-")):
        text = text[: 20 * width].replace(mark, ascii)
    folded = unicodedata.normalize("NFKD", inert(text, 20 * width).replace("…", "..."))
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    # folding may leave spaces: a lone diaeresis is a space and a combining mark
    text = " ".join(letters.encode("ascii", "replace").decode().split())
    return text if len(text) <= width else text[: max(width - 3, 0)].rstrip() + "..."


def ticket(signature: Signature) -> str:
    """`bug 1253896` where the id is a number, else the id."""
    return f"bug {signature.id}" if signature.id.isdigit() else inert(signature.id, 60)


def phrase(signature: Signature) -> str:
    """The first quoted phrase of the query: a hint at what a signature without title is; may be empty."""
    found = _PHRASE.search(signature.query)
    return inert(_UNESCAPE.sub(r"\1", found[1])) if found else ""


def short(signature: Signature) -> str:
    """For beside its id: title, or the first phrase of its query in quotes, or that there is neither."""
    if signature.title and signature.title.strip():
        return inert(signature.title, 400)
    hint = phrase(signature)
    return f"“{hint}”" if hint else "(no title)"


def label(signature: Signature, width: int = 120) -> str:
    """Title; without one `Bug 1253896: “first phrase of its query”`."""
    if signature.title and signature.title.strip():
        return inert(signature.title, width)
    name, hint = ticket(signature), phrase(signature)
    name = name[:1].upper() + name[1:]
    return f"{name}: “{cut(hint, width - len(name) - 4)}”" if hint else name
