"""Single builds that the report shows, and the lines of them on which later signatures can be tried."""

from __future__ import annotations

from statskit import Community


def test_failure_lines_are_those_of_unclassified_builds_newest_build_and_likeliest_line_first() -> None:
    community = Community(known={})
    old, new = community.build(3, "failure"), community.build(1, "failure")
    gone, passed = community.build(20, "failure"), community.build(1, "success")
    classified = community.build(1, "failure", "known")
    for uuid, line, score in ((old, 1, 2.0), (old, 9, 4.0), (new, 5, 1.0), (gone, 1, 1.0), (passed, 1, 1.0)):
        community.lines.append(
            {"build_uuid": uuid, "file": "job-output.txt", "line": line, "text": f"l{line}", "score": score}
        )
    community.lines.append({"build_uuid": classified, "file": "x", "line": 1, "text": "x", "score": 9.0})
    results = community.results()
    told = [(row.build_uuid, row.line, row.score) for row in results.failure_lines.itertuples()]
    assert told == [(new, 5, 1.0), (old, 9, 4.0), (old, 1, 2.0)]
    assert list(results.unclassified["text"]) == ["l5", "l9"]


def test_queries_say_what_each_signature_asks() -> None:
    community = Community(b={"query": 'message:"boom"', "title": "Boom"}, a={"query": "message:bang"})
    community.build(1)
    queries = community.results().queries
    assert list(queries["signature"]) == ["a", "b"]
    assert list(queries["query_hash"]) == ["hash-a", "hash-b"]
    assert queries["query"].iloc[1] == 'message:"boom"' and queries["removed"].isna().all()
