import pytest

from casework.leads.veiling import hidden_in, veiled

ROWS = (
    ("身份证11010519491231002X，请核", "身份证******，请核"),
    ("身份证１１０１０５１９４９１２３１００２ｘ，请核", "身份证******，请核"),
    ("110105 19491231 002X", "******"),
    ("一位写错的110105194912310021也一样", "一位写错的******也一样"),
    ("请回电13812346021。", "请回电138****6021。"),
    ("请回电138-1234-6021或+86 139 0000 1111", "请回电138****6021或139****1111"),
    ("电话１３８１２３４６０２１", "电话138****6021"),
    ("身份证11010519491231002X电话13812346021", "身份证******电话138****6021"),
    ("学号202001110210、代码91420117MYA68YPX3T", "学号202001110210、代码91420117MYA68YPX3T"),
    ("2024年7月29日09:30，共15000000000000元", "2024年7月29日09:30，共15000000000000元"),
    ("110105199913310021", "110105199913310021"),  # nobody is born in a thirteenth month
    ("", ""),
    (None, ""),
)


@pytest.mark.parametrize(("text", "shown"), ROWS)
def test_identity_and_mobile_numbers_are_hidden_and_nothing_else(text, shown):
    assert veiled(text) == shown
    assert (hidden_in(text) > 0) == (shown != (text or ""))


def test_every_number_is_counted():
    assert hidden_in("13812346021、13812346022", None, "11010519491231002X") == 3
