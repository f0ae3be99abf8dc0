"""The signatures that the community's people have written, as files of elastic-recheck's format."""

from __future__ import annotations

from typing import Any

import yaml

BUGS = "https://bugs.example.org/{id}"

SIGNATURES: dict[str, dict[str, Any]] = {
    "2091874": {
        "title": "Volume detach times out after live migration",
        "owner": "keel team",
        "query": 'message:"Timed out waiting for volume" AND message:"to detach" AND tags:"keel-compute.log"',
        "examples": ["Timed out waiting for volume 5f0c to detach after 300 s"],
        "counterexamples": ["Timed out waiting for volume 5f0c to attach"],
    },
    "2084402": {
        "title": "Package mirror answers 502 during image build",
        "owner": "harbour-deploy team",
        "query": '(message:"Failed to fetch" OR message:"Cannot download") AND message:"502 Bad Gateway" '
        'AND NOT message:"retrying" AND filename:"job-output.txt"',
        "counterexamples": ["502 Bad Gateway, retrying (2 left): Failed to fetch"],
    },
    "2079436": {
        "title": "Guest does not answer SSH before the timeout",
        "owner": "sextant team",
        "query": 'message:"Connection to the" AND message:"via SSH timed out" '
        'AND NOT build_queue:"experimental"',
    },
    "2093008": {
        "title": "Network agent loses the southbound database",
        "query": 'message:"Lost connection to the southbound database" AND tags:"network"',
    },
    "2071150": {
        "title": "Database killed for memory, swap exhausted",
        "owner": "harbour-deploy team",
        "query": 'message:"Out of memory" AND message:mariadb* AND tags:"syslog"',
    },
    "2085117": {
        "title": "Message queue resets connections",
        "query": 'message:"Connection reset by peer" AND message:oslo.messaging._drivers.impl_rabbit',
    },
    "2077420": {
        "title": "Token keys missing after upgrade",
        "owner": "lighthouse team",
        "query": 'message:"no key repository" AND build_name:"upgrade"',
        "resolved_at": "2026-10-20",
    },
    "2062215": {
        "title": "Certificate of the image registry has expired",
        "owner": "harbour-deploy team",
        "query": 'message:"x509" AND message:"certificate has expired"',
        "resolved_at": "2026-10-14",
    },
    "2090155": {
        "title": "Port binding fails on the second host",
        "owner": "anchor team",
        "query": 'message:"Failed to bind port" AND message:"on host node"',
    },
    "2068020": {
        "title": "Inventory update is slow",
        "query": 'message:"Inventory update took" AND message:"more than expected"',
    },
    "2055555": {
        "title": "Job reaches its time limit",
        "query": 'message:"Alarm clock" AND message:"time limit" AND tags:"console"',
        "suppress-graph": True,
    },
    "2086001": {
        "title": "Edge site does not answer its heartbeat",
        "owner": "quay team",
        "query": 'message:"did not answer its heartbeat" AND build_name:"integration-edge"',
        "allow-nonvoting": True,
    },
    "2058867": {
        "title": "Image upload stops at zero bytes",
        "owner": "galley team",
        "query": 'message:"is queued with size 0" AND message:"expected active"',
    },
    "2066391": {
        "title": "Server list paging returns a duplicate",
        "owner": "keel team",
        "query": 'message:"is listed on page 1 and on page 2"',
    },
    "2073344": {
        "title": "Requirements conflict on stable/2026.1",
        "owner": "rigging team",
        "query": 'message:"conflicting dependencies" AND build_branch:"stable/2026.1"',
    },
    "2094100": {
        "title": "Snapshot of an encrypted volume hangs",
        "owner": "ballast team",
        "query": 'message:"snapshot of encrypted volume" AND message:"is stuck in creating"',
    },
}

#: The list of log files with their tags, in logscraper's format.
FILES = {
    "files": [
        {"name": "job-output.txt", "tags": ["console", "console.html"]},
        {"name": "logs/keel-compute.log", "tags": ["service", "compute"]},
        {"name": "logs/anchor-agent.log", "tags": ["service", "network"]},
        {"name": "logs/syslog", "tags": ["syslog"]},
        {"name": "logs/tests.log", "tags": ["tests"]},
    ]
}


def signature_file(identity: str) -> str:
    """The text of a signature's file."""
    keys = {"bug": BUGS.format(id=identity), **SIGNATURES[identity]}
    return yaml.safe_dump(keys, sort_keys=False, width=100)
