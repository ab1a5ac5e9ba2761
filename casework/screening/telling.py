"""Say a finding in whole sentences, from what its rule observed."""

import re
from collections.abc import Iterable, Mapping

from casework.errors import N_, Invalid
from casework.screening.rule import Rule
from casework.screening.rules import RULES

_PLACE = re.compile(r"%\((\w+)\)")


def explain(code: str, observed: Mapping[str, object], *, rules: Iterable[Rule] = RULES) -> list[tuple[str, dict]]:
    """Return sentences, each a message to translate and its parameters.

    First what was observed and against what, then the innocent explanation to
    check first, then what to ask for. A fact that is not there is a dash: an
    older version of the rule may not have observed it.
    """
    rule = next((rule for rule in rules if rule.code == code), None)
    if rule is None:
        raise Invalid(N_("没有代码为 %(rule)s 的筛查规则。"), code="rule_unknown", params={"rule": code})
    known = {name: value for name, value in observed.items() if value is not None}
    told = [sentence.message for sentence in rule.tells if sentence.when is None or observed.get(sentence.when)]
    messages = (*told, rule.innocent, rule.asks)
    named = {name for message in messages for name in _PLACE.findall(message)}
    params = dict.fromkeys({*observed, *named}, "—") | known
    return [(message, params) for message in messages]
