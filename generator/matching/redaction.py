"""The forms in which OpenStack's services, devstack, shells and HTTP clients print secrets.

Every expression runs in time linear in the line: what repeats is bounded or cannot match in two ways.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from itertools import pairwise

MARK = "[redacted]"
# What is already redacted stays as it is; a bracket may open a structure; closing ones at the end belong to
# what is around the value.
_PLAIN = (
    r"(?!\[redacted\]|[ub]\\{0,3}[\"']|[{(\[]+(?:\W|u'|$))"
    r"[^\s\"'\\,;&|<>\x1b]+?(?=[)}\]]{0,5}(?:[\s\"'\\,;&|<>\x1b]|$))"
)
_QUOTED = r"(?!(?:\\{0,3}[\"'])?\[redacted\])(?P<q>\\{0,3}[\"'])(?P<in>(?:(?!(?P=q)).)+)"
_SPACE = r"(?:\s|\x1b\[[0-9;]{0,9}m){0,4}"

_NAME = (
    r"(?:(?<!no)passw(?:or)?d|passphrase|(?:(?<![a-z])|admin|user|root|auth|db)pass|_pwd"
    r"|secret(?:[_-]?(?:access[_-]?)?key)?|(?<!nexpected )token(?:[_-]?id)?|credentials?|auth[_-]?blob"
    r"|(?:api|access|private|fixed|store|encryption|ssh|shared|signing|hash|hmac|session|account|admin|auth)"
    r"[_-]?key(?:[_-]?id)?|key-data|(?:set-)?cookie|signature)"
)
# key=value, "key": "value", key => value, u'key': u'value', \"key\": \"value\", key+=value
_PAIR = re.compile(
    rf"(?P<key>{_NAME}(?:\\{{0,3}}[\"'])?{_SPACE}(?:\+?=>?|:=?){_SPACE}(?:[ub](?=\\{{0,3}}[\"']))?)(?:{_QUOTED}|(?P<plain>{_PLAIN}))",
    re.I,
)
# --os-password value, and the last words of "iniset file section admin_password value"
_OPTION = re.compile(
    rf"(?P<key>(?<![\w-])--?[\w-]{{0,40}}{_NAME}\s{{1,4}})(?:{_QUOTED}|(?P<plain>(?!-){_PLAIN}))", re.I
)
_LAST = re.compile(
    r"(?P<key>\b(?:ini[a-z]{3,12}|crudini|openstack-config)\b[^\n]{0,200}?"
    rf"(?:[_ ]{_NAME}|_key)[ \t]{{1,4}})(?P<plain>{_PLAIN})(?=['\"\s]*$)",
    re.I,
)
_ELEMENT = re.compile(rf"(?P<key>{_NAME}>)(?P<plain>(?!\[redacted\])[^<]+)", re.I)
_HEADER = re.compile(
    r"(?P<key>\b(?:(?:proxy-)?authorization|(?:set-)?cookie)['\"]?\s{0,4}[:=]\s{0,4}['\"]?)"
    r"(?P<plain>(?!\[redacted\])[^\s'\"][^'\"]*)",
    re.I,
)
# Of a transport_url the hosts after the first have theirs behind a comma.
_URL = re.compile(
    r"(?P<key>(?:://|,)[^\s/:@,'\"]{0,80}:)"
    r"(?P<plain>(?!\[redacted\]@)[^\s/@'\"]{1,200}@(?:[^\s/@,'\"]{1,200}@){0,2})"
)
_URL_TOKEN = re.compile(r"(?P<key>://)(?P<plain>[^\s/:@'\"\[]{20,200}@)")
_COMMANDS = re.compile(
    r"(?P<key>\bmysql\w{0,10}\b[^\n]{0,120}?\s-p|\bsshpass\s+-p\s?|\bcurl\b[^\n]{0,200}?\s(?:-u|--user)\s*['\"]?"
    r"|\brabbitmqctl\b[^\n]{0,80}?(?:add_user|change_password)\s+\S{1,80}\s+"
    r"|\bidentified by (?:password )?[\\'\"]{1,6}|_password[^|\n]{0,60}\|\\1"
    r"|\bdocker login\b[^\n]{0,120}?\s-p\s?|\bstats auth\s{1,9}\S{1,80}:"
    r"|\+ local value=|\+ add_entry(?: \S{1,80}){4} "
    r"|\+ \[+ -[nz] (?=\w+ \]|\w+$)|\+ '\[' -[nz] (?=\w+ '\]'))"
    rf"(?P<plain>{_PLAIN})",
    re.I,
)
_TOKEN = re.compile(
    r"(?P<key>\btokens?[ /](?:id[: ]{1,2})?)(?P<plain>[0-9a-f]{32,}|(?=\S{0,60}\d)[\w+=-]{40,})", re.I
)
_TOKEN_AFTER = re.compile(r"(?P<key>)(?P<plain>\b[0-9a-f]{32,})(?= token\b)", re.I)
_ACCESS = re.compile(
    r"(?P<key>(?:\baccess|\btoken\\{0,3}[\"']: ?\{[^{}]{0,200}?[\"']id)\\{0,3}[\"']: ?u?\\{0,3}[\"'])"
    r"(?P<plain>[\w-]{16,})",
    re.I,
)
_PAIRS = (
    _HEADER, _URL, _URL_TOKEN, _PAIR, _OPTION, _COMMANDS, _LAST, _ELEMENT, _TOKEN, _TOKEN_AFTER, _ACCESS,
)  # fmt: skip

# Wherever they stand: PEM, Fernet, JWT with its signature, password hashes, bearer tokens.
_BLOBS = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END [A-Z ]{0,30}-----)?"
    r"|gAAAAA[\w=-]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{0,2000})?"
    r"|\$(?:1|2[aby]|5|6|y)\$[\w./$=,-]{20,}|(?<=\bBearer )(?!\[)\S{8,}"
    r"|(?<=\bBasic )(?=[A-Za-z]{0,40}[\d=])[A-Za-z0-9+/]{8,}={0,2}"
)
# An address needs a top-level domain; units of systemd and files are written the same way.
_ADDRESS = re.compile(
    r"(?<![\w.+%-])(?!git@)[\w.+%-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}"
    r"(?!(?:service|socket|timer|target|mount|slice|scope|device|path|log|txt|gz|conf|py|so|tar|whl|rpm|deb)\b)"
    r"[a-z]{2,24}\b",
    re.I,
)
_RUN = re.compile(r"(?:MII[A-Za-z0-9+/_-]{20,}|[A-Za-z0-9+/_-]{36,})={0,2}")
_HEX = re.compile(r"[0-9a-f]{16,}")

# What stands for a value without being one: nothing, a variable, stars, a type, a file, a module, prose.
_NO_VALUE = re.compile(
    r"(?:none|null|nil|true|false|undefined|required|optional|is|was|not|and|or|for|in|of|to|from|the"
    r"|log_opt_values|\*+|\s+|<\w*>|\$\{?[A-Z_]+\}?|%[A-Z_]+%?|[.:=/-]+|~?(?:/[\w.+-]{1,255}){2,}"
    r"|(?-i:[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]{0,99}){2,})(?::\w+)?)$",
    re.I,
)


def redact_line(line: str, found: set[str]) -> str:
    """Return `line` with each rule applied once; add to `found` the values that other lines may repeat."""

    def value(match: re.Match[str]) -> str:
        groups = match.groupdict()
        text = groups["plain"] or groups["in"]
        if _NO_VALUE.match(text):
            return match[0]
        found.add(text.rstrip("@"))
        quote = groups.get("q") or ""
        return groups["key"] + (quote if groups["plain"] is None else "") + MARK + "@" * text.endswith("@")

    for pattern in _PAIRS:
        line = pattern.sub(value, line)
    line = _BLOBS.sub(MARK, line)
    line = _ADDRESS.sub(MARK, line)
    for pattern in _issued():
        line = pattern.sub(_without_issued, line)
    return _RUN.sub(lambda match: MARK if _random(match[0]) else match[0], line)


# In random base64 two of three neighbours differ in kind (upper case, lower case, digit); in names, paths and
# hexadecimal half of them at most. What is left without hexadecimal ids is judged if it is long enough.
_KINDS = str.maketrans(
    {c: "A" if c.isupper() else "a" if c.islower() else "0" for c in map(chr, range(48, 123))}
)
_CHANGES, _CASES, _RUN_CHARS = 0.48, 0.15, 32


def _random(run: str) -> bool:
    kinds = _HEX.sub("", run.rstrip("=")).translate(_KINDS)
    size = len(kinds)
    if run.startswith("MII"):  # a DER structure: PKI tokens, certificates
        return True
    if size < _RUN_CHARS or kinds.count("/") * 16 > size:
        return False
    changes = sum(a != b for a, b in pairwise(kinds))
    return changes >= _CHANGES * size and min(kinds.count("A"), kinds.count("a")) >= _CASES * size


_ISSUED_CHARS = 16  # no service issues shorter secrets

# detect-secrets' plugins for what a service issues; its keyword, entropy and address ones are done above.
_PLUGINS = {
    "artifactory": "ArtifactoryDetector",
    "aws": "AWSKeyDetector",
    "azure_storage_key": "AzureStorageKeyDetector",
    "cloudant": "CloudantDetector",
    "discord": "DiscordBotTokenDetector",
    "github_token": "GitHubTokenDetector",
    "gitlab_token": "GitLabTokenDetector",
    "ibm_cloud_iam": "IbmCloudIamDetector",
    "ibm_cos_hmac": "IbmCosHmacDetector",
    "jwt": "JwtTokenDetector",
    "mailchimp": "MailchimpDetector",
    "npm": "NpmDetector",
    "openai": "OpenAIDetector",
    "pypi_token": "PypiTokenDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "softlayer": "SoftlayerDetector",
    "square_oauth": "SquareOAuthDetector",
    "stripe": "StripeDetector",
    "telegram_token": "TelegramBotTokenDetector",
    "twilio": "TwilioKeyDetector",
}

#: Imported when the first excerpt is made; who will make some can import them before.
ISSUED_MODULES = tuple(f"detect_secrets.plugins.{name}" for name in _PLUGINS)


@cache
def _issued() -> tuple[re.Pattern[str], ...]:
    # Loaded with the first excerpt only: the import takes 0.15 s. No secret is tried online.
    names = zip(ISSUED_MODULES, _PLUGINS.values(), strict=True)
    classes = (getattr(import_module(name), cls) for name, cls in names)
    return tuple(pattern for cls in classes for pattern in cls().denylist)


def _without_issued(match: re.Match[str]) -> str:
    """Replace the group that is the secret, if the pattern also holds its name; or the whole."""
    group = max(range(1, match.re.groups + 1), key=lambda n: len(match[n] or ""), default=0)
    if len(match[group] or "") < _ISSUED_CHARS:
        return MARK
    start, end = match.span(group)
    return match[0][: start - match.start()] + MARK + match[0][end - match.start() :]
