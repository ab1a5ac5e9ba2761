"""What the screens of the public form read out of what was typed."""

from casework.web import public_lead_screens as screens


def test_a_telephone_is_one_that_can_be_dialled():
    for typed, dialled in {
        "13812346021": True,
        "+86 138-1234-6021": True,
        "+44 20 7946 0958": True,
        "(0571) 8888 6666": True,
        "0571-88886666转8012": True,
        "１３８１２３４６０２１": True,
        "12ab": False,
        "12": False,
        "138123460211234567": False,
        "+": False,
        "电话138": False,
        "++8613812346021": False,
    }.items():
        assert screens.is_number(typed) is dialled, typed
