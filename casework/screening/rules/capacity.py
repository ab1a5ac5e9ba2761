"""What several employer rules must agree on: who is hired at all, and whose headcount says nothing about capacity.

Bodies of the state do not publish how many they insure, and a dispatch agency's
people work in other firms. A branch is known by its name (ground.FIRMS).
"""

from casework.errors import N_
from casework.screening.rule import Setting

FAMILIES = Setting("families", ("10", "11", "12", "27"), N_("去向类别界定：这些去向须填报用人单位"))
PUBLIC_NATURES = Setting(
    "public_natures",
    ("10", "20", "21", "22", "23", "29", "40", "55", "56"),
    N_("机关、事业单位、部队等不公示参保人数，不明不等于小"),
)
DISPATCH_WORDS = Setting(
    "dispatch_words", ("劳务派遣",), N_("劳务派遣人员在用工单位上岗，派遣单位的参保人数不代表容量")
)
