"""Documents planted for signatures: what their clauses ask for, whole and in every way almost."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from generator.matching.mapping import FIELDS, NUMBERS, base
from generator.signatures.parse import parse
from generator.signatures.query import Leaf, Phrase, Range, Regexp, Term, Wildcard, leaves

Document = dict[str, Any]

#: Every field of a line, so that each is mapped; no signature's words.
EMPTY: Document = dict.fromkeys(FIELDS, "filler") | {
    "voting": 2,
    "build_change": 900_001,
    "@timestamp": "2014-06-01T00:00:00.000Z",
}


def _words(change: Callable[[list[str]], list[str]], between: str = " ") -> Callable[[str], str]:
    return lambda text: between.join(change(text.split()))


def _mapped(**letters: str) -> Callable[[str], str]:
    return lambda text: text.translate(str.maketrans(letters))


def _split(text: str) -> str:
    """The longest word in two."""
    word = max(text.split(), key=len, default="")
    return text.replace(word, f"{word[: len(word) // 2]} {word[len(word) // 2 :]}", 1)


#: What may be done to a clause's text; the names say in what documents differ when the test fails.
CHANGES: dict[str, Callable[[str], Any]] = {
    "verbatim": str,
    "upper": str.upper,
    "title": str.title,
    "swapped case": str.swapcase,
    "dashes": _words(lambda words: words, "-"),
    "dots": _words(lambda words: words, "."),
    "commas": _words(lambda words: words, ", "),
    "colons": _words(lambda words: words, ":"),
    "underscores": _words(lambda words: words, "_"),
    "quoted": lambda text: f"'{text}'",
    "bracketed": lambda text: f"<[({text})]>",
    "newlines": _words(lambda words: words, "\n"),
    "without punctuation": lambda text: "".join(c if c.isalnum() or c == " " else " " for c in text),
    "punctuation removed": lambda text: "".join(c for c in text if c.isalnum() or c == " "),
    "glued": _words(lambda words: words, ""),
    "split": _split,
    "letter before": lambda text: "x" + text,
    "letter after": lambda text: text + "x",
    "digit after": lambda text: text + "7",
    "reversed": _words(lambda words: words[::-1]),
    "rotated": _words(lambda words: words[1:] + words[:1]),
    "inserted": _words(lambda words: [*words[:1], "inserted", *words[1:]]),
    "doubled": _words(lambda words: [word for word in words for _ in range(2)]),
    "first gone": _words(lambda words: words[1:]),
    "last gone": _words(lambda words: words[:-1]),
    "Kelvin": _mapped(k="\u212a", K="\u212a"),
    "dotted I": _mapped(i="İ", I="ı"),
    "accents": _mapped(e="É", a="å", o="ö"),
    "sigma": _mapped(s="Σ"),
    "long s": _mapped(s="ſ"),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "combining": lambda text: text.replace(" ", "\u0301 ") + "\u0308",
    "joiners": _words(lambda words: words, "\u200d"),
    "soft hyphens": _words(lambda words: words, "\u00ad"),
    "no-break spaces": _words(lambda words: words, "\u00a0"),
    "Chinese": _words(lambda words: words, "漢"),
    "Hebrew": _words(lambda words: words, 'א"ב'),
    "emoji": _words(lambda words: words, "😀"),
    "astral letters": _words(lambda words: words, "𝐀"),
    "flag": lambda text: f"🇩🇪{text}👩🏽‍💻",
    "control": _words(lambda words: words, "\x00"),
    "escape": lambda text: f"\x1b[31m{text}\x1b[0m",
    "backslashes": _words(lambda words: words, "\\n"),
    "long value": lambda text: "pad " * 80 + text,
    "256 units": lambda text: (text + " " * 256)[:256],
    "257 units": lambda text: (text + " " * 257)[:257],
    "astral to 256": lambda text: text + "😀" * ((256 - len(text)) // 2),
    "astral to 258": lambda text: text + "😀" * ((258 - len(text)) // 2),
    "long token before": lambda text: "y" * 255 + text,
    "longer token before": lambda text: "y" * 254 + text,
    "astral token before": lambda text: "𝐀" * 127 + "y" + text,
    "long token inside": _words(lambda words: [*words[:1], "z" * 300, *words[1:]]),
    "list": lambda text: ["other", text],
    "nested list": lambda text: [["other"], [text, None]],
    "list of words": str.split,
    "empty": lambda text: "",
    "none": lambda text: None,
}


def documents(query: str, every: int) -> list[str]:
    """The documents for a query as JSON; one in `every` of the changed ones."""
    return list(dict.fromkeys(map(json.dumps, _of_query(query, every))))


def _of_query(query: str, every: int) -> Iterator[Document]:
    asked = [(leaf.field or "message", text) for leaf in leaves(parse(query)) for text in [_text(leaf)]]
    yield _document(asked)
    for n, (name, text) in enumerate(asked):
        others = asked[:n] + asked[n + 1 :]
        yield _document(others)
        yield _document([(name, text)])
        for what, change in CHANGES.items():
            if zlib.crc32(f"{name}{text}{what}".encode()) % every == 0:
                yield _document([*others, (name, change(text))])
        if every == 1:
            other = "tags" if name != "tags" else "message"
            yield _document([*others, (other, text)])
    if len(asked) > 1:
        yield _document(asked[::-1])
        yield {"message": [text for _, text in asked]}
        yield {"tags": " ".join(text for _, text in asked)}
        yield {f"x_{base(name)}": text for name, text in asked if name not in NUMBERS}


def _document(parts: Sequence[tuple[str, Any]]) -> Document:
    """A document of which each field has the texts of its parts, joined where it can be."""
    document: Document = {"build_uuid": "0123456789abcdef"}
    for name, value in parts:
        stem = base(name)
        if stem in NUMBERS:
            document[stem] = _number(value)
        elif stem in document and isinstance(value, str) and isinstance(document[stem], str):
            document[stem] += f" | {value}" if stem == "message" else f" {value}"
        elif stem in document:
            document[stem] = [document[stem], value]
        else:
            document[stem] = value
    return document


def _number(value: Any) -> int | str:
    """The number that is asked for, also as text or with a fraction, or another one."""
    text = value if isinstance(value, str) else "0"
    if text.isascii() and text.isdigit():
        return int(text)
    return {"1X": "1", "1x": 1.9, "17": "17"}.get(text, len(text) % 3)


def _text(leaf: Leaf) -> str:
    """What the clause asks for."""
    if isinstance(leaf, Term | Phrase):
        return leaf.text
    if isinstance(leaf, Wildcard):
        return "".join(text if kind == "lit" else "q" for kind, text in leaf.pattern)
    if isinstance(leaf, Range):
        return leaf.low or leaf.high or "m"
    return leaf.text if isinstance(leaf, Regexp) else "anything"
