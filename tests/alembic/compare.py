#!/usr/bin/env python3
"""Asks Alembic itself where random histories lead, for the comparison in tests/it/alembic.rs.

    pip install alembic==1.20.1
    python3 tests/alembic/compare.py --seed 8 > tests/alembic/cases.jsonl

writes the committed cases. For a bigger comparison write elsewhere, with another seed, and name the
file to the test:

    python3 tests/alembic/compare.py --histories 5000 --seed 2 > /tmp/cases.jsonl
    ALEMBIC_CASES=/tmp/cases.jsonl cargo test -p migrate-tests --test it alembic -- --nocapture

A line is a history and cases on it:

    {"history": ["a001 # label", "b001 < a001 ~ c001", ..],     id < parents ~ depends-on # labels
     "cases": [[rows, command, target, steps, heads, error], ..]}

`rows` are the rows of the version table in the order that Alembic got them, `steps` the revisions
that it runs (or lists, in `history -r`), `heads` the rows that it leaves; each is one string, with spaces. `error` is "" or the
exception; without steps it fell before the first, without heads while it moved the rows.
"""

import argparse
import json
import os
import random
import sys
import warnings

from alembic import util
from alembic.runtime.migration import HeadMaintainer
from alembic.script.base import ScriptDirectory
from alembic.script.revision import Revision, RevisionMap


# ---------------------------------------------------------------- Alembic


class Script(Revision):
    """A revision as ScriptDirectory wants it: with functions to run."""

    class module:
        upgrade = downgrade = staticmethod(lambda: None)


class Rows(HeadMaintainer):
    """Alembic's bookkeeping of rows, without a database."""

    def __init__(self, rows):
        self.heads = set(rows)

    def _insert_version(self, version):
        assert version not in self.heads
        self.heads.add(version)

    def _delete_version(self, version):
        self.heads.remove(version)

    def _update_version(self, from_, to_):
        assert to_ not in self.heads
        self.heads.remove(from_)
        self.heads.add(to_)


class Directory(ScriptDirectory):
    """A script directory without a directory."""

    def __init__(self, history):
        self.revision_map = RevisionMap(
            lambda: [
                Script(r.id, tuple(r.parents) or None, tuple(r.needs) or None, tuple(r.labels) or None)
                for r in history
            ]
        )

    def steps(self, rows, command, target):
        if command == "history":
            ends = [tuple(rows) if end == "current" else end for end in target.split(":")]
            return list(self.walk_revisions(ends[0] or "base", ends[1] or "heads"))
        if command == "upgrade":
            return self._upgrade_revs(target, tuple(rows))
        if command == "downgrade":
            return self._downgrade_revs(target, tuple(rows))
        return self._stamp_revs(tuple(target.split(" ")), tuple(rows))


def ask(directory, rows, command, target):
    """One case: what Alembic does, or how it fails."""
    case = [" ".join(rows), command, target]
    if command == "stamp --purge":
        rows = []
    try:
        steps = directory.steps(rows, command.split()[0], target)
    except util.CommandError as error:
        return case + [None, None, type(error.__cause__ or error).__name__]
    except Exception as crash:
        return case + [None, None, "crash: " + type(crash).__name__]
    if command == "history":
        return case + [" ".join(sorted(step.revision for step in steps)), " ".join(sorted(rows)), ""]
    names = [] if command.startswith("stamp") else [step.revision.revision for step in steps]
    table = Rows(rows)
    try:
        for step in steps:
            table.update_to_step(step)
    except Exception as crash:
        return case + [" ".join(sorted(names)), None, "crash: " + type(crash).__name__]
    return case + [" ".join(sorted(names)), " ".join(sorted(table.heads)), ""]


# ---------------------------------------------------------------- random histories


class Rev:
    def __init__(self, id):
        self.id, self.parents, self.needs, self.labels = id, [], [], []

    def __str__(self):
        text = self.id
        for sign, names in (("<", self.parents), ("~", self.needs), ("#", self.labels)):
            if names:
                text += " " + " ".join([sign, *names])
        return text


# Chances, per revision: of a base, a branch, a merge, a dependency, a label.
SHAPES = {
    "linear": (0.0, 0.0, 0.0, 0.0, 0.1),
    "branched": (0.02, 0.35, 0.0, 0.0, 0.2),
    "merged": (0.02, 0.35, 0.3, 0.0, 0.15),
    "bases": (0.25, 0.1, 0.05, 0.0, 0.25),
    "depending": (0.2, 0.2, 0.1, 0.25, 0.25),
    "tangled": (0.12, 0.3, 0.25, 0.35, 0.3),
}


def ids(rng, count):
    """Ids that share beginnings; some too short to be abbreviated."""
    style = rng.choice(["hex", "near", "near", "short"])
    seen = []
    while len(seen) < count:
        if style == "hex":
            id = "%012x" % rng.getrandbits(48)
        elif style == "near":
            id = "".join(rng.choice("ab") for _ in range(2)) + "%03x" % rng.getrandbits(12)
        else:
            id = rng.choice("abc") + str(rng.randrange(100))
            id += "x" * rng.choice([0, 0, 0, 2])
        if id not in seen:
            seen.append(id)
    return seen


def below(history, ids, only_parents=False):
    """Everything that revisions need, with themselves."""
    by_name = {name: r for r in history for name in [r.id, *r.labels]}
    seen, todo = set(), list(ids)
    while todo:
        rev = by_name[todo.pop()]
        if rev.id not in seen:
            seen.add(rev.id)
            todo += rev.parents + ([] if only_parents else rev.needs)
    return seen


def history(rng):
    base, branch, merge, depend, label = SHAPES[rng.choice([*SHAPES, "tangled", "depending"])]
    revs = []
    words = ["label", "labels", "abel", "ab", "billing", "auth", "bbbb", "core", "aa0"]
    rng.shuffle(words)
    for id in ids(rng, rng.randint(1, 14)):
        rev = Rev(id)
        used = {parent for r in revs for parent in r.parents}
        heads = [r.id for r in revs if r.id not in used]
        if revs and rng.random() >= base:
            if len(heads) > 1 and rng.random() < merge:
                rev.parents = rng.sample(heads, min(len(heads), rng.choice([2, 2, 2, 3])))
            elif rng.random() < branch:
                rev.parents = [rng.choice(revs).id]
            else:
                rev.parents = [rng.choice(heads)]
        if revs and rng.random() < depend:
            taken = below(revs, rev.parents, only_parents=True) if rng.random() < 0.8 else {rev.id}
            free = [r for r in revs if r.id not in taken]
            for other in rng.sample(free, min(len(free), rng.choice([1, 1, 2]))):
                rev.needs.append(rng.choice([other.id, *other.labels]))
        if words and rng.random() < label:
            word = words.pop()
            if word not in [r.id for r in revs]:
                rev.labels.append(word)
        revs.append(rev)
    for rev in revs:
        rev.labels = [word for word in rev.labels if word not in [r.id for r in revs]]
    names = {name for r in revs for name in [r.id, *r.labels]}
    for rev in revs:
        rev.needs = [name for name in rev.needs if name in names]
    return revs


def some_rows(rng, revs):
    """Rows as Alembic leaves them: the tips of a closed set, in any order."""
    chosen = rng.sample(revs, min(len(revs), rng.choice([0, 1, 1, 1, 2, 3])))
    applied = below(revs, [r.id for r in chosen])
    needed = set()
    for rev in revs:
        if rev.id in applied:
            needed |= below(revs, [rev.id]) - {rev.id}
    rows = sorted(applied - needed)
    rng.shuffle(rows)
    return rows


def name(rng, revs):
    """A name of a revision, seldom a wrong one."""
    rev = rng.choice(revs)
    full = rng.choice([rev.id, rev.id, *rev.labels, *rev.labels])
    return rng.choices(
        [full, full[: rng.randint(1, len(full))], full + "0", full.upper(), "nothing"],
        [30, 6, 1, 1, 1],
    )[0]


def target(rng, revs, rows):
    """A target of any form."""
    labels = [label for r in revs for label in r.labels]
    branch = rng.choice(labels) if labels and rng.random() < 0.6 else name(rng, revs)
    if rows and rng.random() < 0.2:
        branch = rng.choice(rows)
    place = rng.choices(
        [name(rng, revs), rng.choice(rows or ["base"]), "head", "heads", "base", "current"],
        [20, 4, 4, 4, 4, 0.3],
    )[0]
    steps = rng.choices([1, 2, 3, 4, 9, 0, 99999999999999999999], [10, 6, 3, 2, 0.5, 0.5, 0.1])[0]
    up, down = f"+{steps}", f"-{steps}"
    text = rng.choices(
        [place, up, down, place + up, place + down, "+", "x y", "", place + up + "x"],
        [24, 6, 6, 6, 6, 0.1, 0.1, 0.1, 0.2],
    )[0]
    return f"{branch}@{text}" if rng.random() < 0.4 else text


def cases(rng, revs, count):
    directory = Directory(revs)
    for _ in range(count):
        rows = some_rows(rng, revs)
        command = rng.choices(
            ["upgrade", "downgrade", "stamp", "stamp --purge", "history"], [10, 10, 5, 1, 3]
        )[0]
        text = target(rng, revs, rows)
        if command == "history":
            ends = [target(rng, revs, rows), text, "", "current", rng.choice(revs).id]
            text = f"{rng.choice(ends)}:{rng.choice(ends)}"
        if command.startswith("stamp"):
            if any(sign in text for sign in "+-") and rng.random() < 0.8:
                text = name(rng, revs)
            while rng.random() < 0.25:
                text += " " + target(rng, revs, rows)
        yield ask(directory, rows, command, text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--histories", type=int, default=1000)
    arguments.add_argument("--cases", type=int, default=10, help="per history")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    rng = random.Random(given.seed)
    for _ in range(given.histories):
        revs = history(rng)
        line = {"history": [str(r) for r in revs], "cases": list(cases(rng, revs, given.cases))}
        print(json.dumps(line, separators=(",", ":")))


if __name__ == "__main__":
    # Alembic walks over sets: a fixed hash seed makes its answers the same every time.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
