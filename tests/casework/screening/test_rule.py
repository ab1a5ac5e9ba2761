import inspect
import re
import sys

import pytest

from casework.screening.frames import SCHEMAS
from casework.screening.rules import RULES
from casework.screening.setting_names import SETTING_NAMES
from tests.casework.screening import kit


def _judge(rule):
    """Return the words of the file that a rule's judge lies in, up to the first rule, and of rules it borrows from."""
    if not rule.judge:
        return ""
    own = inspect.getmodule(rule.judge)
    lent = {part.__module__ for part in vars(own).values() if inspect.isfunction(part)} - {own.__name__}
    files = [own, *(sys.modules[name] for name in sorted(lent) if name.startswith("casework.screening.rules."))]
    return "".join(inspect.getsource(file).partition(" = Rule(")[0] for file in files)


EVIDENCE = {"graduate", "employer", "public_register", "original_document", "money_flow", "site_visit"}


def test_codes_are_promises():
    assert [rule.code for rule in RULES] == [
        "uscc_invalid",
        "uscc_missing",
        "employer_cancelled_before_signing",
        "employer_founded_after_signing",
        "employer_not_in_register",
        "employer_name_mismatch",
        "employer_attribute_mismatch",
        "dates_contradict",
        "code_unknown",
        "job_category_other",
        "internship_proof",
        "proof_missing",
        "proof_reused",
        "serial_duplicate",
        "proof_wrong_kind",
        "pay_below_minimum",
        "freelance_without_approval",
        "graduate_denies",
        "wrong_info_not_updated",
        "unconfirmed",
        "phone_shared",
        "contact_is_own_or_family",
        "proxy_confirmation",
        "employers_share_phone",
        "tiny_employer_cluster",
        "certificate_mill",
        "linked_employers",
        "new_employer_no_insured",
        "employer_jump",
        "rate_flexible",
        "rate_freelance",
        "rate_startup",
        "rate_other_form",
        "entry_burst",
        "rectified_then_raised",
        "denial_rate",
        "digit_heaping",
        "lead",
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_names_known_things_only(rule):
    violations = {row["code"] for row in kit.rows(kit.TABLES / "violations.csv")}
    columns = {f"{name}.{column}" for name, schema in SCHEMAS.items() for column in schema.names}
    assert set(rule.needs) <= set(SCHEMAS) | columns
    assert rule.violation in violations or rule.code == "lead"  # what was violated, the lead alone says
    assert set(rule.evidence) <= EVIDENCE
    assert len(rule.evidence) == len(set(rule.evidence)) > 0
    cut = {"as_of", "exported_at", "cohort_year"}
    settings = {setting.name for setting in rule.settings}
    named = set(re.findall(r"\$(\w+)", rule.sql)) - cut
    assert named | {name for name in settings if f'"{name}"' in _judge(rule)} == settings
    assert all(setting.origin for setting in rule.settings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_sentences_name_only_what_the_rule_observes(rule):
    for sentence in rule.tells:
        for name in [*re.findall(r"%\((\w+)\)s", sentence.message), sentence.when]:
            assert name is None or f"'{name}':" in rule.sql or f'"{name}":' in _judge(rule)
    for fact in rule.eased_by:
        assert f"'{fact}':" in rule.sql
    for message in (*[sentence.message for sentence in rule.tells], rule.innocent, rule.asks):
        assert message.endswith("。")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_rule_judges_or_takes_any_value(rule):
    words = " ".join([*(sentence.message for sentence in rule.tells), rule.innocent, rule.asks])
    assert not re.search("造假|打假|作弊|弄虚", words)
    assert not re.search(r"any_value|first\(|arbitrary|random\(|now\(|current_", rule.sql)


def test_every_setting_has_a_name_for_people_and_no_name_stands_there_for_nothing():
    assert set(SETTING_NAMES) == {setting.name for rule in RULES for setting in rule.settings}
