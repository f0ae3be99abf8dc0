"""Puts builds into a Zuul database with Zuul's own model; runs with Zuul's Python: zuul_seed.py DBURI.

Reads JSON lines, answers each with one. A line is a buildset:

    {"tenant": "t", "pipeline": "gate", "uuid": …, "event_id": …, "event_timestamp": …, "result": …,
     "message": …, "first_build_start_time": …, "last_build_end_time": …,
     "ref": {"project": …, "branch": …, "change": 1, "patchset": "2", "ref": …, "ref_url": …,
             "oldrev": …, "newrev": …},
     "builds": [{"uuid": …, "job_name": …, "result": …, "start_time": …, "end_time": …, "execute_time": …,
                 "voting": …, "final": …, "held": …, "log_url": …, "error_detail": …, "nodeset": …,
                 "ref": {…}, "artifacts": [{"name", "url", "metadata": {…}}], "provides": ["name"]}]}

All but the tenant may be left out: a build without result runs. Times are ISO, UTC. The answer is
{"uuid", "builds": [{"uuid", "_id"}]}. {"update": BUILD, columns…} changes a build, {"delete": BUILD}
removes it.
"""

import datetime as dt
import json
import sys
import uuid

from zuul.driver.sql.sqlconnection import SQLConnection

TIMES = (
    "event_timestamp",
    "first_build_start_time",
    "last_build_end_time",
    "start_time",
    "end_time",
    "execute_time",
)


def main():
    connection = SQLConnection(None, "database", {"dburi": sys.argv[1]})
    for line in sys.stdin:
        try:
            answer = _obey(connection, json.loads(line))
        except Exception as error:
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


def _obey(connection, told):
    told = {name: _value(name, value) for name, value in told.items()}
    with connection.getSession() as db:
        if "update" in told:
            _change(_build(db, connection, told.pop("update")), told)
            return {}
        if "delete" in told:
            db.session().delete(_build(db, connection, told["delete"]))
            return {}
        return _add(db, told)


def _build(db, connection, build):
    model = connection.buildModel
    return db.session().query(model).filter(model.uuid == build).one()


def _change(row, columns):
    for name, value in columns.items():
        if not hasattr(row, name):
            raise AttributeError(name)
        setattr(row, name, value)


def _add(db, told):
    builds, ref = told.pop("builds", []), _ref(db, told.pop("ref", {}))
    event = told.get("event_timestamp") or dt.datetime.now(dt.UTC)
    defaults = {"uuid": uuid.uuid4().hex, "pipeline": "check", "event_id": uuid.uuid4().hex, "user_id": None}
    defaults |= {
        "event_timestamp": event,
        "updated": event,
        "queue_item_uuid": uuid.uuid4().hex,
        "parameters": None,
    }
    buildset = db.createBuildSet(**defaults | told)
    buildset.refs.append(ref)
    buildset.createBuildSetEvent(event_time=event, event_type="triggered", description="Triggered by a test")
    added = [_add_build(db, buildset, ref, event, build) for build in builds]
    return {"uuid": buildset.uuid, "builds": [{"uuid": build.uuid, "_id": build.id} for build in added]}


def _add_build(db, buildset, ref, event, told):
    told = {name: _value(name, value) for name, value in told.items()}
    ref = _ref(db, told.pop("ref")) if "ref" in told else ref
    artifacts, provides = told.pop("artifacts", []), told.pop("provides", [])
    defaults = {"uuid": uuid.uuid4().hex, "job_name": "tox-py311", "voting": True, "start_time": event}
    ended = {"final": True, "held": False} if told.get("result") else {}
    build = buildset.createBuild(
        ref, **defaults | {"execute_time": event, "nodeset": "debian-12"} | ended | told
    )
    for artifact in artifacts:
        metadata = json.dumps(artifact["metadata"]) if "metadata" in artifact else None
        build.createArtifact(name=artifact["name"], url=artifact["url"], metadata=metadata)
    for name in provides:
        build.createProvides(name=name)
    return build


def _ref(db, told):
    columns = {"project": "example/project", "branch": "master", "ref_url": "", **told}
    change, patchset = columns.get("change"), columns.get("patchset")
    default = (
        f"refs/changes/{change % 100:02d}/{change}/{patchset}"
        if change
        else f"refs/heads/{columns['branch']}"
    )
    columns.setdefault("ref", default)
    return db.getOrCreateRef(columns.pop("project"), columns.pop("ref"), columns.pop("ref_url"), **columns)


def _value(name, value):
    """Times as Zuul gives them to its model: aware, UTC."""
    if name not in TIMES or value is None:
        return value
    moment = dt.datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


main()
