from workflows.token_scopes import SCOPES, refusal_of


def test_a_scope_opens_itself_and_nothing_else():
    for needed in SCOPES:
        assert refusal_of([needed], needed) is None
        others = [scope for scope in SCOPES if scope != needed]
        refused = refusal_of(others, needed)
        assert refused.code == "token_scope"
        assert SCOPES[needed] in str(refused)
