"""What packing and checking a dossier package costs beside bare hashing of the same bytes.

Builds a report of many cases with a few files of evidence each and a journal
of ten entries a case among as many foreign ones, without a database; packs it, and
checks it with the stand-alone verifier in a process of its own, as a recipient
would. Beside it the same bytes are hashed barely: one SHA-256 over each file in
the package, read in pieces. What is not hashing (parsing, the entries' ways to
the root, starting Python) does not grow with the evidence. Medians of several rounds, taken in turn so that
whatever else runs on the machine falls on both; peak memory of the verifier.

    python -m benchmarks.package [--cases 1000] [--evidence 3] [--kilobytes 500] [--rounds 5]
"""

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.ground import median
from casework.cases.canonical import canonical_bytes, canonical_hash
from casework.filing.package import VERIFIER, EvidenceFile, build_package
from casework.filing.proofs import extract_of, journal_json
from casework.merkle import Tree
from casework.reports.manifest import build_manifest, manifest_hash

GOAL_SECONDS, GOAL_RATIO = 5.0, 1.5
PIECE = 1 << 20
ENTRIES = 10  # of the journal, a case


def evidence_of(folder: Path, *, files: int, size: int) -> list[str]:
    """Write files of evidence and return their hashes; sizes are spread from half to one and a half times `size`."""
    chance, hashes = random.Random(5), []  # noqa: S311 - sizes, not secrets
    for _ in range(files):
        content = os.urandom(chance.randint(size // 2, size * 3 // 2))
        hashes.append(hashlib.sha256(content).hexdigest())
        (folder / hashes[-1]).write_bytes(content)
    return hashes


def dossier(number: str, evidence: list[str]) -> dict[str, object]:
    """Return a dossier of ordinary length."""
    said = "经电话回访和单位来函核实，毕业生未在该单位就业，登记信息与实际不符。"
    return {
        "number": number,
        "subject": {"kind": "record", "key": number, "label": "欧阳晓明"},
        "facts": {"nature": "contradiction", "origin": "screening", "severity": "high", "opened_at": "2024-07-25"},
        "findings": [{"ref": f"F{n}", "code": "graduate_denies", "sentence": said} for n in range(3)],
        "verifications": [{"ref": f"V{n}", "method": "call", "result": said, "at": "2024-08-01"} for n in range(4)],
        "corrections": [{"ref": f"K{n}", "field": "employer", "old": said, "new": said} for n in range(2)],
        "evidence": [{"sha256": sha256, "name": "劳动合同.pdf"} for sha256 in sorted(evidence)],
        "conclusion": {"kind": "corrected", "sentence": said, "at": "2024-08-02", "by": "U001"},
    }


def journal_of(numbers: list[str]) -> Iterator[dict[str, object]]:
    """Yield a chain in which every second entry is about another case than those of the report."""
    previous = "0" * 64
    for seq in range(1, 2 * ENTRIES * len(numbers) + 1):
        subject = numbers[seq // 2 % len(numbers)] if seq % 2 else f"LC24-X{seq}"
        content = {
            "organisation": 7, "chain": "main", "seq": seq, "at": "2024-08-04T08:30:00.000000+00:00", "actor": "U001",
            "action": "case:verify", "subject": subject, "facts": {"method": "call", "result": "contradicts"},
            "commitments": {}, "previous": previous,
        }  # fmt: skip
        previous = canonical_hash(content)
        yield content | {"hash": previous}


def parts(folder: Path, *, cases: int, evidence: int, size: int) -> dict[str, object]:
    """Return everything that a package is built from."""
    hashes = evidence_of(folder, files=cases * evidence, size=size)
    numbers = [f"LC24-{n:05}" for n in range(cases)]
    dossiers = [dossier(number, hashes[n * evidence : (n + 1) * evidence]) for n, number in enumerate(numbers)]
    chain = list(journal_of(numbers))
    links = [str(entry["hash"]) for entry in chain]
    root = Tree(bytes.fromhex(link) for link in links).root().hex()
    head = {"organisation": 7, "chain": "main", "seq": len(chain), "hash": links[-1], "root": root}
    own = [entry for entry in chain if not str(entry["subject"]).startswith("LC24-X")]
    rows = [{"case": number, "name": "欧阳晓明", "result": "单位证实未录用" * 5} for number in numbers]
    contents = {"plan": {"version": "1"}, "records": {"rows": rows}, "report": {"work_done": ["筛查全部登记数据。"]}}
    items = ("method", "examined", "finding", "responsible")
    clauses = ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5")
    manifest = build_manifest(
        number="LC24-R1",
        round_code="2024",
        organisation={"id": 7, "code": "LC", "name": "岭川大学"},
        frozen_at="2024-08-04T16:30:00+08:00",
        contents={name: hashlib.sha256(canonical_bytes(content)).hexdigest() for name, content in contents.items()},
        dossiers=dossiers,
        open_cases=[],
        checklist=[{"clause": clause, **dict.fromkeys(items, "已核实")} for clause in clauses],
        slots=[{"slot": "party_leader", "title": "党委主要负责同志"}],
        recipients=["纪委"],
        plan_version="1",
        versions={},
        journal_heads=[head],
        journal_extract=extract_of([str(entry["hash"]) for entry in own]),
    )
    return {
        "manifest": manifest,
        "contents": contents,
        "dossiers": dossiers,
        "documents": {"自查报告.docx": os.urandom(200_000)},
        "evidence": [EvidenceFile(sha256, partial((folder / sha256).open, "rb"), ".pdf") for sha256 in hashes],
        "journal": journal_json([head], entries=own, hashes={"7/main": links}, checkpoints={}),
    }


def hash_barely(package: Path) -> None:
    """Hash every file of the package where it lies, and do nothing else with it."""
    with zipfile.ZipFile(package) as archive, package.open("rb") as file:
        for entry in archive.infolist():
            file.seek(entry.header_offset + 30 + len(entry.filename.encode()))
            digest, left = hashlib.sha256(), entry.file_size
            while left:
                piece = file.read(min(left, PIECE))
                digest.update(piece)
                left -= len(piece)


def verify(package: Path, printed: str) -> None:
    """Check the package as a recipient does: a new process, the one file, nothing of ours."""
    subprocess.run([sys.executable, "-I", "-S", VERIFIER, package, "--hash", printed], check=True, capture_output=True)  # noqa: S603


def memory_of(package: Path, printed: str) -> float:
    """Return the most memory that a process held while it checked the package, in MB."""
    told = "import runpy, sys\ntry: runpy.run_path(sys.argv[0], run_name='__main__')\nexcept SystemExit: pass\n"
    told += "print([line for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    words = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.argv = {[str(VERIFIER), str(package), '--hash', printed]}\n{told}",
    ]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return int(said.split("VmHWM:")[1].split()[0]) / 1024


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measure in turn and print the table."""
    parser = argparse.ArgumentParser(description="Packing and checking a package, beside bare hashing.")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--evidence", type=int, default=3, help="files a case")
    parser.add_argument("--kilobytes", type=int, default=500, help="of a file, on average")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, package = Path(place), Path(place) / "package.zip"
        made = parts(folder, cases=given.cases, evidence=given.evidence, size=given.kilobytes << 10)
        printed = manifest_hash(made["manifest"])  # type: ignore[arg-type]
        packing = seconds(lambda: build_package(package, **made))  # type: ignore[arg-type]
        bare, checked = [], []
        for _ in range(given.rounds):
            bare.append(seconds(lambda: hash_barely(package)))
            checked.append(seconds(lambda: verify(package, printed)))
        size, peak = package.stat().st_size / 1e6, memory_of(package, printed)
    ratio = median(checked) / median(bare)
    print(f"{given.cases} cases, {given.cases * given.evidence} files of evidence, {size:.0f} MB")
    print(f"packed                  {packing:6.2f} s   {packing / median(bare):5.2f} × bare")
    print(f"bare hashing            {median(bare):6.2f} s")
    print(f"verified, a new process {median(checked):6.2f} s   goal < {GOAL_SECONDS:.0f} s")
    print(f"verified / bare         {ratio:6.2f}     goal ≤ {GOAL_RATIO}")
    print(f"memory of the verifier  {peak:6.0f} MB")


if __name__ == "__main__":
    main()
