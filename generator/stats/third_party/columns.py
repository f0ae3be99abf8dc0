"""The tables of third-party CIs: every column, its type and its meaning; `stats.columns` has the others.

Windows end at `facts.reviewed`; 28 d unless half a year (26 weeks) is said. E, the expected patch sets of a
CI: those of its projects and branches that touch its paths, created in the window and since the CI began,
less exempt ones, those of planned pauses, those replaced within the deadline, and those whose deadline is not
over. `ci` is the id in the roster. Rates: fractions, 95 % intervals clustered by change; null is no data.
"""

from __future__ import annotations

from generator.model import Schema
from generator.stats.fragments import columns

_CI = columns("string", ci="id of the CI in the roster")
_PATCHSET: Schema = (
    *columns("string", server="host name of the Gerrit"),
    *columns("int64", change="number of the change", patchset="number of the patch set; 0: unknown"),
)


def _rate(prefix: str, meaning: str) -> Schema:
    """Columns of one rate: `prefix`_k, _n, _rate, _low, _high."""
    return (
        *columns("int64", **{f"{prefix}_k": meaning, f"{prefix}_n": "out of how many"}),
        *columns(
            "float64",
            **{
                f"{prefix}_rate": f"{prefix}_k ÷ {prefix}_n",
                f"{prefix}_low": "lower bound",
                f"{prefix}_high": "upper bound",
            },
        ),
    )


_MIX = columns(
    "int64",
    success="comments with a result: success",
    failure="failure",
    infra="infra",
    neutral="neutral",
    unread="comments that were not understood",
)

THIRD_PARTY: dict[str, Schema] = {
    "third_party": (
        *_CI,
        *columns(
            "string",
            name="name of the CI",
            owner="who runs it",
            accounts="seen ones, comma-separated",
            driver="what it tests",
            url="its page",
            projects="comma-separated",
        ),
        *columns("bool", voting="it may vote, by the roster"),
        *columns(
            "timestamp",
            since="since when it reports, by the roster",
            retired="when it was retired",
            last_seen="newest comment of any kind",
            last_success="newest comment with success",
            last_result="newest comment with a result",
        ),
        *columns(
            "int64", expected="patch sets in E", reported="of them with a result", late="of them too late"
        ),
        *columns("float64", rate="reported ÷ expected", low="lower bound", high="upper bound"),
        *columns(
            "float64",
            response_median_s="from patch set to first result (Kaplan-Meier); null: not reached",
            response_median_low_s="lower bound",
            response_median_high_s="upper bound; null: not reached",
            response_p90_s="the 90th percentile; null: not reached",
            response_p90_low_s="lower bound; null: not reached",
            response_p90_high_s="upper bound; null: not reached",
            response_over_s="what is not reached is over this many seconds: the longest that was waited",
        ),
        *columns("int64", response_n="patch sets", response_censored="of them without a result so far"),
        *_MIX,
        *columns("int64", comments="all its comments, also such as say that it began"),
        *_rate("disagree", "patch sets on which it failed and the gate passed; out of those the gate passed"),
        *_rate("converse", "patch sets on which it passed and the gate failed; out of those the gate failed"),
        *_rate("flip", "patch sets that failed, then passed; out of those with a later verdict"),
        *_rate("compliant", "results in the form that Gerrit's Zuul summary shows; out of all results"),
        *columns(
            "int64",
            excess_k="comments with a result beyond 1 + rechecks of their patch set",
            excess_n="comments with a result",
            streak="its last verdicts in a row that failed: patch sets; half a year",
            streak_changes="their changes",
            streak_owners="owners of these",
        ),
        *columns("timestamp", streak_since="time of the first of them; null: none"),
        *columns("bool", broken="more than chance explains, of many owners: the CI is it, not the patches"),
        *columns("int64", missed="patch sets of E missed in a row up to the end; half a year"),
        *columns("bool", silent="more of them than chance explains, at least 3; or never seen, and 10"),
        *columns("timestamp", silent_since="last result before; null: there is none, or not silent"),
        *columns("int64", silence_missed="the most patch sets missed in a row; half a year"),
        *columns("float64", silence_s="from the result before them to the one after, or the end; seconds"),
        *columns("timestamp", silence_start="where that silence began; null: none"),
        *columns("bool", silence_open="it lasts to the end"),
        *columns(
            "float64",
            least_s="seconds that a silence must last, mostly, to be told from chance; null: unknown",
        ),
        *columns("int64", standing="negative votes to lift", contacts="named contacts"),
        *columns("timestamp", confirmed="when all were confirmed last, the oldest; null: one never was"),
        *columns("bool", paused="in a planned pause at the end of the windows"),
        *columns("timestamp", pause_end="midnight UTC of its last day"),
        *columns("string", pause_reason="why"),
        *columns("int64", rules_met="rules met", rules_judged="rules judged", rules="rules that are set"),
        *columns(
            "string",
            readiness="all met, not all met, not judged, paused or retired",
            advice="ready: all met, not voting yet; at risk: votes, clearly does not meet one; or null",
        ),
    ),
    "third_party_rules": (
        *_CI,
        *columns(
            "string",
            rule="record, reporting_rate, disagreement, silence or contacts",
            state="met, not met or not judged",
            why="of one not judged: why",
        ),
        *columns("float64", value="days, a rate or a number; null: unknown", asked="what the rule asks"),
        *columns("int64", k="numerator of a rate", n="its denominator"),
        *columns("float64", low="lower bound of a rate", high="upper bound of a rate"),
    ),
    "third_party_weeks": (
        *_CI,
        *columns(
            "timestamp", start="begin of the 7 days; 26 of them up to the end of the windows, not included"
        ),
        *columns("int64", expected="patch sets in E", reported="of them with a result"),
        *columns("float64", rate="reported ÷ expected; null: none expected"),
        *columns(
            "string",
            state="good (90 % or more), partial, low (under 50 %), silent, nothing, paused or no data",
        ),
    ),
    "third_party_days": (
        *_CI,
        *columns("timestamp", day="midnight UTC; half a year, days with anything"),
        *_MIX,
        *columns("int64", expected="patch sets in E created on that day", reported="of them with a result"),
        *columns("float64", response_median_s="median of the answered ones, seconds; null: none"),
    ),
    "third_party_jobs": (
        *_CI,
        *columns("string", job="job name"),
        *columns("int64", success="results", failure="results", infra="results", neutral="results"),
        *columns("timestamp", last="newest result"),
    ),
    "third_party_response": (
        *_CI,
        *columns(
            "float64",
            seconds="after the patch set was created",
            share="share of the patch sets answered by then (Kaplan-Meier)",
            low="lower bound",
            high="upper bound",
        ),
    ),
    "third_party_disagreements": (
        *_CI,
        *columns("string", kind="failed: the gate passed; passed: the gate failed; of each the newest 100"),
        *_PATCHSET,
        *columns("string", project="its project", subject="first line of the change's message"),
        *columns("timestamp", time="of the CI's last verdict"),
        *columns("string", jobs="jobs of that comment with this outcome, comma-separated"),
    ),
    "third_party_standing": (
        *_CI,
        *_PATCHSET,
        *columns("string", project="its project", subject="first line of the change's message"),
        *columns("string", label="what was voted on"),
        *columns("int64", value="−1 or −2"),
        *columns(
            "timestamp", time="when it was given", recovered="when the failures ended in which it was given"
        ),
    ),
    "third_party_silences": (
        *_CI,
        *columns(
            "timestamp",
            start="last result before, or the first missed patch set where there is none",
            end="first result after; null: open",
        ),
        *columns("int64", missed="patch sets of E missed in a row"),
        *columns("bool", open="it lasts to the end of the windows"),
    ),
    "third_party_events": (
        *_CI,
        *columns(
            "string",
            event="its identity, the same from run to run",
            kind="silent, results, broken, recovered, votes or pause",
        ),
        *columns(
            "timestamp",
            time="when a run could first have known it",
            start="since when; of a pause its first day",
            end="until when; null: open",
        ),
        *columns(
            "int64",
            count="patch sets missed, failures in a row, or votes to lift",
            changes="their changes",
            owners="owners of these",
        ),
        *columns("string", reason="of a pause"),
    ),
    "third_party_patchsets": (
        *_PATCHSET,
        *columns("string", project="its project", branch="its branch", subject="first line of the message"),
        *columns("timestamp", created="when it was uploaded; the newest 50 of each project of the roster"),
        *columns("string", gate="passed, failed or none: what the gate said of it"),
    ),
    "third_party_results": (
        *columns("string", ci="id in the roster; null: in none", account="where it is in none"),
        *_PATCHSET,
        *columns("timestamp", time="of the comment"),
        *columns("int64", number="1-based number among this CI's comments with results on this patch set"),
        *columns(
            "string",
            outcome="success, failure, infra, neutral or unread",
            result="the CI's own word in the row that decided; null: none told",
        ),
        *columns("int64", vote="the vote given with it; 0: none"),
        *columns("string", url="where the comment says that it is; null: nowhere"),
    ),
    "third_party_unknown": (
        *columns("string", server="host name of the Gerrit", account="in no entry of the roster"),
        *columns("string", name="what it is called"),
        *columns("int64", comments="its comments, half a year", results="of them with a result"),
        *columns("timestamp", first="its first comment", last="its last comment"),
        *columns("string", projects="up to five of them, most comments first, comma-separated"),
    ),
    "third_party_unread": (
        *columns("string", ci="id of the CI in the roster; else null", account="account that wrote them"),
        *columns("int64", count="comments that were not understood"),
        *columns("string", text="the newest one's beginning, redacted"),
        *_PATCHSET,
        *columns("timestamp", time="of the newest one"),
    ),
}
