"""Every way by which a file leaves the house is known: it bears a mark, or it is said here why it does not."""

import re
from collections.abc import Iterator

from tests.architecture.source import Module, modules, parse

SENDS = re.compile(
    r"send_file\(|Content-Disposition|as_attachment|downloaded\(|(csv_file\.|return )download\(|csv\.writer\("
    r"|xlsxwriter\.Workbook\(|\.write_bytes\(|pq\.ParquetWriter\("
)
ENTRANCES = ("casework.web", "casework.api", "casework.cli", "casework.operations", "casework.overview")
MARKED = {
    "casework/web/csv_file.py": "COLUMN",
    "casework/web/rate_files.py": "mark=mark",
    "casework/web/samples.py": "mark=mark",
    "casework/web/funnel.py": "mark=mark",
    "casework/web/imports.py": "mark=mark",
    "casework/web/reprojections.py": "mark=mark",
    "casework/web/audit_pages.py": "mark=taken.mark",
    "casework/operations/export_told.py": "mark_of(",
    "casework/web/campaigns_told.py": "export_told(",
    "casework/overview/event_files.py": "mark[1]",
    "casework/web/drifts.py": "export_events(",
    "casework/api/drifts.py": "export_events(",
    "casework/api/filings.py": "download_document(",
    "casework/web/reports.py": "download_document(",
    "casework/web/filing_pages.py": "download_document(",
    "casework/cli/filings.py": "download_document(",
    "casework/cli/subjects.py": "mark.words",
    "casework/web/subjects.py": "mark.words",
}
"""Which file sends, and the words by which it comes to its mark. `export_…` and `download_document` mark by themselves;
a package (ZIP) is bound by its own hash, which the journal's entry names, and no byte of it may differ."""
BARE = {
    "casework/web/case_page.py": "evidence as it was handed in, under its hash; each opening is journalled",
    "casework/api/evidence.py": "the same evidence",
    "casework/web/leads_actions.py": "files of a report as they came; each opening is journalled",
    "casework/web/report_preview.py": "a draft that says so on every page: figures, and no graduate in it",
    "casework/web/uploads.py": "the package for the national system: a mark of its own in every row",
    "casework/api/oversight.py": "the same package",
    "casework/web/mandates.py": "the scan of a paper as it was filed; each opening is journalled",
    "casework/cli/screening_report.py": "findings of an operator's own files, readable for nobody else (mode 0600)",
    "casework/web/retention.py": "the proof of an erasure: numbers, hashes and who confirmed it",
    "casework/cli/simulate.py": "what was made up",
    "casework/web/public_lead_receipt.py": "the reporter's own receipt: signed statement and proof, no names",
    "casework/web/public_lead_sent.py": "a picture of the reporter's own receipt code",
    "casework/web/cosign_papers.py": "the scan or the signed PDF: a byte more and the signature is void",
}
"""Who sends something that cannot or need not bear a mark, and why."""


def sends(module: Module) -> Iterator[int]:
    """Yield the lines on which a module hands out a file."""
    for number, line in enumerate(module.text.splitlines(), start=1):
        if SENDS.search(line) and not line.lstrip().startswith(("def ", "#", "from ", "import ")):
            yield number


def test_every_exit_is_known_and_bears_a_mark_or_says_why_not():
    found = {m.path: m for m in modules() if m.room in ENTRANCES and list(sends(m))}
    assert sorted(found.keys() - MARKED.keys() - BARE.keys()) == [], "a new way out: mark it, or say here why not"
    assert [path for path, words in MARKED.items() if path in found and words not in found[path].text] == []


def test_an_exit_without_a_mark_would_be_found():
    naive = parse('def f():\n    return send_file(content, as_attachment=True, download_name="all.xlsx")\n')
    assert list(sends(naive)) == [2]
