"""Queries over the whole grammar, and the documents that they are about."""

from __future__ import annotations

import json

from hypothesis import strategies as st
from planted import EMPTY

_WORDS = (
    "foo",
    "bar",
    "Baz",
    "kiwi",
    "a.b",
    "x-y",
    "10.0.0.1",
    "é",
    "漢字",
    "İs",
    "\u212aiwi",
    "Σ",
    "😀",
    "_x",
)
_TEXTS = (
    *_WORDS,
    "foo bar", "bar foo", "FOO baz bar", "foo, bar: baz", "foobar", "foo\nbar", "foo foo bar", "f", "fo",
    "---", "",
    "7", "-3", "3.5", "true", "AND", "or", "a+b", "foo/bar", "foo\\nbar", 'say "foo bar"', "(foo)",
    "x" * 300, "漢字 foo",
    "kiwi is É", "baz foo 7", "a b a b c", "c b a",
)  # fmt: skip
_FIELDS = ("message", "tags", "build_name")


def documents() -> list[str]:
    """Every text in some field, pairs of them as lists, numbers, and fields of other types."""
    made = [EMPTY, {}, {"@timestamp": "2014-06-02T00:00:00Z"}]
    for n, text in enumerate(_TEXTS):
        other = _TEXTS[(n * 7 + 3) % len(_TEXTS)]
        made += [
            {"message": text},
            {"message": text, "tags": [other, text], "voting": n % 3},
            {_FIELDS[n % 3]: f"{text} {other}", "build_change": n - 5},
            {"tags": [text, other], "build_name": other},
            {"x_text": text, "x_long": n - 5, "x_float": n / 4},
        ]
    return list(map(json.dumps, made))


def _written(text: str) -> str:
    """A word as it is written bare: with Lucene's characters escaped."""
    return "".join(f"\\{c}" if c in '+-!():^[]"{}~*?\\/&|<> \n' else c for c in text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_FIELD = st.sampled_from(
    ["message:", "message:", "", "", "tags:", "build_name:", "message.keyword:", "tags.keyword:", "voting:",
     "build_change:", "x_text:", "x_text.keyword:", "x_long:", "x_float:", "nosuch:", "*:"]
)  # fmt: skip
_WORD = st.sampled_from(_WORDS) | st.sampled_from(["foo", "bar", "7", "1", "-3", "0.5", "true", "---", "and"])
_BARE = _WORD.map(_written) | st.sampled_from(["x-y", "a.b", "foo", "FOO", "BAR", "7", "1.0", "true"])
_PHRASE = st.sampled_from(_TEXTS).map(_quoted) | st.lists(_WORD, max_size=3).map(" ".join).map(_quoted)
_SLOPPY = st.tuples(_PHRASE, st.sampled_from(["~", "~0", "~1", "~2", "~3.7", "~100"])).map("".join)
_WILD = st.text("fobarz*?x.é漢-", min_size=1, max_size=5) | st.sampled_from(
    ["*", "**", "f*", "*o", "?", "F*", "k?wi", "*iw*", "fo\\*", "10.*", "İ*", "É*", "*\\:*", "*\\ *",
     "x" * 255 + "*"]
)  # fmt: skip
_REGEXP = st.sampled_from(
    ["fo+", "f.*", ".*o.*", "[a-f]oo", "(foo|bar)", "fo{2}", "fo{1,}", "foo?", "@", '"a.b"', "[^f]+",
     "\\d+", "7",
     "\\w+", "(ba[rz])*", "", ".", "é", "漢", "x.{3}", "a\\.b", "foo bar", "^foo$", "x{255}", "fo{,2}",
     "[", "(", "a**",
     "a|", "|a", "()", "[]", "[]a]", "a{2", "\\s", "\\n", "F.*", "~a", "a&b", "<1-9>", "#", "[a\\]]+",
     "[-a]+", "[a-]+"]
) | st.text("fobar.*+?[]()|{}12,^-\\\"@", max_size=6)  # fmt: skip
_BOUND = st.sampled_from(
    [
        "a",
        "f",
        "foo",
        "FOO",
        "*",
        "0",
        "7",
        "-3",
        "3.5",
        "1e1",
        '"foo bar"',
        '"*"',
        "é",
        "true",
        "x",
        "TO",
        "漢",
    ]
)
_RANGE = st.tuples(st.sampled_from("[{"), _BOUND, st.just(" TO "), _BOUND, st.sampled_from("]}")).map(
    "".join
) | st.tuples(st.sampled_from([">", ">=", "<", "<=", "=<"]), _BOUND).map("".join)
_EXISTS = st.sampled_from(["message", "tags", "voting", "nosuch", "message.keyword", '"tags"']).map(
    "_exists_:{}".format
)
_BOOST = st.sampled_from(["", "", "", "", "^2", "^0.5", "^0"])
_CLAUSE = st.tuples(
    _FIELD,
    st.one_of(_BARE, _BARE, _PHRASE, _PHRASE, _SLOPPY, _WILD, _REGEXP.map("/{}/".format), _RANGE),
    _BOOST,
).map("".join)
_MODIFIER = st.sampled_from(["", "", "", "", "NOT ", "+", "-", "!", "- "])
_JOIN = st.sampled_from([" AND ", " OR ", " ", " ", " && ", " || ", " NOT ", " AND NOT ", "  "])


def _grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    part = st.tuples(_MODIFIER, inner).map("".join)
    pair = st.tuples(part, _JOIN, part).map("".join)
    group = st.tuples(_FIELD, st.just("("), inner | pair, st.just(")"), _BOOST).map("".join)
    return pair | group | part


QUERIES = st.recursive(_CLAUSE | _CLAUSE | _EXISTS | st.just("*:*"), _grouped, max_leaves=5)
#: Whatever one may type: mostly no query at all.
TYPED = st.lists(
    st.sampled_from(
        ["foo", "bar", "message:", "message", ":", "AND", "OR", "NOT", "&&", "||", "&", "|", "!", "+",
         "-", "(", ")",
         "*", "?", "^", "^2", "~", "~2", '"', '"foo bar"', "/", "/foo/", "[", "]", "{", "}", "[a TO f]",
         "TO", " ", " ",
         " ", "\\", '\\"', "\\u0066", "x-y", ">=1", "<5", "f*", "_exists_:", "é", "\u3000", "\t", "=",
         ">", ",", ";"]
    ),
    max_size=8,
).map("".join)  # fmt: skip
