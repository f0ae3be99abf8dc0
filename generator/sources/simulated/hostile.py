"""Text that is not to be trusted, as it may stand in any log."""

from __future__ import annotations

from random import Random

#: What a report must never show.
SECRETS = ("Sw0rdfish-Example-77", "gAAAAABmExampleTokenExampleTokenExample00", "Ex4mpleUrlPassw0rd")
#: Longer than what is matched of a line.
LONG_LINE = 1_100_000
_LINES = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</script></pre></code></textarea><!-- ]]> {% endraw %}",
    "{{ 7*7 }} {% for x in y %} ${7*7} #{7*7}",
    "# heading **bold** [link](javascript:alert(3)) `code` | a | b |",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x08\x08\x08",
    "right to left \u202e txt.exe \u2066 isolated \u2069 and invisible \u200b\u2028\u2029",
    "invalid \udcff\udcfe\udc80 and NUL \x00 and \ufffe",
    f"mysql --user=root --password={SECRETS[0]} -e 'SHOW DATABASES'",
    f"curl -s -H 'X-Auth-Token: {SECRETS[1]}' http://10.1.0.5/v3",
    f"git clone https://deploy:{SECRETS[2]}@git.example.org/example/keel",
    "=cmd|' /C calc'!A0 ,\"quoted\", 'and' \\backslash\\",
)


def around(lines: list[str], rng: Random) -> list[str]:
    """The lines with hostile ones before and after, near enough to be in an excerpt."""
    hostile = rng.sample(_LINES, len(_LINES))
    if rng.random() < 0.2:
        hostile[0] = "x" * LONG_LINE
    return [*hostile[:3], *lines, *hostile[3:]]
