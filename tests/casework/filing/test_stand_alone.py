"""The verifier as its recipients run it: one file, the standard library, a terminal in either language."""

import ast
import json
import os
import shutil
import subprocess
import sys

import pytest

from casework.filing import verify
from casework.filing.package import VERIFIER
from casework.merkle import Tree
from casework.reports.manifest import manifest_hash
from tests.casework.filing.forging import EVIDENCE, forged, make_package
from tests.casework.reports.sample import make_head, make_journal, make_manifest

PRINTED = manifest_hash(make_manifest())


def run(folder, *words, lang="C.UTF-8"):
    """Run a copy of the verifier alone in a folder, without site packages or this house on the path."""
    shutil.copy(VERIFIER, folder / "verify.py")
    environment = {"PATH": os.environ["PATH"], "LANG": lang}
    done = subprocess.run(
        [sys.executable, "-I", "-S", folder / "verify.py", *words],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_it_needs_nothing_but_an_old_python():
    tree = ast.parse(VERIFIER.read_text(), feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([each.name for each in node.names] if isinstance(node, ast.Import) else [node.module])
    }
    assert imported <= set(sys.stdlib_module_names)
    assert "casework" not in imported


def test_every_sentence_is_there_in_both_languages_with_the_same_places():
    for code, (chinese, english) in verify.WORDS.items():
        places = [sorted(set(verify.re.findall(r"%\((\w+)\)s", words))) for words in (chinese, english)]
        assert places[0] == places[1], code


def test_its_exit_status_and_its_words_are_those_of_its_manual(tmp_path):
    package = make_package(tmp_path)
    damaged = forged(package, {EVIDENCE: b"%PDF other"})
    (tmp_path / "no.zip").write_bytes(b"PK")
    head = ("--head", f"5:{make_head()['hash']}", "--root", f"5:{make_head()['root']}")
    rows = [
        ((package, "--hash", PRINTED, *head), 0, "完好"),
        ((package, "--hash", f" {PRINTED.upper()} ", "--lang", "en"), 0, "intact"),
        ((package, "--hash", "0" * 64), 1, "签字页"),
        ((package, "--head", f"5:{'0' * 64}"), 1, "整体重写"),
        ((damaged, "--lang", "en"), 1, "The evidence file"),
        ((damaged,), 1, "有改动"),
        ((tmp_path / "no.zip",), 2, "无法读取"),
        ((tmp_path / "nothing.zip",), 2, "无法读取"),
        ((tmp_path / ("x" * 300),), 2, "无法读取"),  # the system refuses even to look
        ((tmp_path,), 1, "缺少文件 manifest.json"),
        ((package, "--hash", "abc"), 2, ""),
        ((package, "--head", "x:1"), 2, ""),
    ]
    for words, status, said in rows:
        got, out = run(tmp_path, *words)
        assert (got, said in out) == (status, True), (words, out)
    assert run(tmp_path, package, lang="en_GB.UTF-8")[1].startswith("intact")
    assert run(tmp_path, package, lang="zh_CN.UTF-8")[1].startswith("完好")


def proof(**changes):
    tree = Tree(bytes.fromhex(entry["hash"]) for entry in make_journal())
    whole = {
        "format": "casework-inclusion/1",
        "leaf": make_journal()[2]["hash"],
        "index": 2,
        "size": 5,
        "proof": [node.hex() for node in tree.inclusion(2)],
        "root": tree.root().hex(),
    }
    return json.dumps(whole | changes)


@pytest.mark.parametrize(
    ("changes", "root", "expected"),
    [
        ({}, None, (0, "请与备案报告上印的比对")),
        ({}, make_head()["root"], (0, "第 3 条")),
        ({}, f"5:{make_head()['root']}", (0, "第 3 条")),
        ({}, "ab" * 32, (1, "整体重写")),
        ({}, f"4:{make_head()['root']}", (1, "没有您持有的")),
        ({"leaf": "ab" * 32}, None, (1, "不能证明")),
        ({"index": 3}, None, (1, "不能证明")),
        ({"size": 3}, None, (1, "不能证明")),
        ({"index": -1}, None, (1, "不能证明")),
        ({"proof": []}, None, (1, "不能证明")),
        ({"proof": "ab"}, None, (1, "proof")),
        ({"proof": ["zz"]}, None, (1, "proof")),
        ({"root": None}, None, (1, "root")),
        ({"size": True}, None, (1, "size")),
    ],
)
def test_the_receipt_of_a_lead_is_checked_by_the_same_file(tmp_path, capsys, changes, root, expected):
    status, said = expected
    place = tmp_path / "receipt.json"
    place.write_text(proof(**changes))
    assert verify.main([str(place), "--lang", "zh", *(["--root", root] if root else [])]) == status
    assert said in capsys.readouterr().out
