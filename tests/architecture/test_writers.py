"""Who may write: only entrances commit, and one place moves a case, one a lead."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module, modules, parse

COMMITTERS = ("casework/doors/", "casework/cli/schema.py")  # the latter migrates on a connection of its own
ENTRANCES = ("casework/doors/", "casework/jobs/", "casework/cli/", "casework/api/", "casework/web/")
MOVERS_OF_CASES = {"casework/operations/advance.py", "casework/operations/case_moves.py"}
MOVERS_OF_LEADS = {"casework/operations/move_lead.py"}
CASE_NAMES = {"case", "the_case", "cases"}
LEAD_NAMES = {"lead", "one", "other", "leads"}


def calls_of(name: str, module: Module) -> Iterator[str]:
    """Yield calls of `….name()`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == name:
            yield module.place(node)


def assignments_of_case_states(module: Module) -> Iterator[str]:
    """Yield assignments to `case.state`, in whatever form."""
    return _assignments_of_states(module, CASE_NAMES, "update(Case)")


def assignments_of_lead_states(module: Module) -> Iterator[str]:
    """Yield assignments to `lead.state`, in whatever form."""
    return _assignments_of_states(module, LEAD_NAMES, "update(Lead)")


def _assignments_of_states(module: Module, names: set[str], update: str) -> Iterator[str]:
    for node in ast.walk(module.tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        parts = [part for target in targets for part in getattr(target, "elts", [target])]
        for target in parts:
            if isinstance(target, ast.Attribute) and target.attr == "state" and _is_one(target.value, names):
                yield module.place(node)
        if isinstance(node, ast.Call) and _sets_state(node, names, update):
            yield module.place(node)


def _is_one(node: ast.expr, names: set[str]) -> bool:
    return ast.unparse(node).split(".")[-1] in names


def _sets_state(call: ast.Call, names: set[str], update: str) -> bool:
    """Recognise `setattr(case, "state", …)` and `update(Case)….values(state=…)`."""
    if isinstance(call.func, ast.Name) and call.func.id == "setattr":
        return _is_one(call.args[0], names) and ast.unparse(call.args[1]) == "'state'"
    if isinstance(call.func, ast.Attribute) and call.func.attr == "values":
        named = {keyword.arg for keyword in call.keywords}
        return "state" in named and update in ast.unparse(call.func)
    return False


def test_only_the_unit_of_work_commits():
    found = [place for m in modules() if not m.path.startswith(COMMITTERS) for place in calls_of("commit", m)]
    assert not found, "leave the commit to whoever opened the unit of work"


def test_only_an_entrance_gives_up_a_transaction():
    found = [place for m in modules() if not m.path.startswith(ENTRANCES) for place in calls_of("rollback", m)]
    assert not found, "raise instead: whoever opened the unit of work leaves nothing behind"


def test_one_place_moves_a_case():
    writers = {m.path for m in modules() if list(assignments_of_case_states(m))}
    assert writers <= MOVERS_OF_CASES
    assert len(writers) <= 1


def test_one_place_moves_a_lead():
    writers = {m.path for m in modules() if list(assignments_of_lead_states(m))}
    assert writers == MOVERS_OF_LEADS


def test_these_inspections_see_what_they_look_for():
    assert list(calls_of("commit", parse("db.session.commit()"))) != []
    for text in (
        "case.state = 'closed'",
        "self.case.state = x",
        "found.case.state: str = x",
        "case.state, case.state_since = x, y",
        "setattr(case, 'state', x)",
        "session.execute(update(Case).where(Case.id == 1).values(state=x))",
    ):
        assert list(assignments_of_case_states(parse(text))) != [], text
        lead = text.replace("case", "lead").replace("Case", "Lead")
        assert list(assignments_of_lead_states(parse(lead))) != [], lead
    assert list(assignments_of_case_states(parse("report.state = x; y = case.state == x"))) == []
    assert list(assignments_of_lead_states(parse("case.state = x; y = lead.state == x"))) == []
