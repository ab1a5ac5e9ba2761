"""A university of forty graduates, as the files that its office would export, with a handful of faults planted.

Everything is invented. Who is innocent is innocent to every rule, so that what
screening opens is exactly what was planted here.
"""

import csv
from pathlib import Path

from stdnum.cn import uscc

ORGANISATIONS = (
    ("org_id", "type", "name", "parent_id", "code"),
    ("ORG0001", "ministry", "教育部门（演示）", "", ""),
    ("ORG0102", "province", "湖北省教育厅（演示）", "ORG0001", "420000"),
    ("ORG0201", "university", "岭川大学", "ORG0102", "90421"),
    ("ORG0301", "college", "文学院", "ORG0201", ""),
    ("ORG0302", "college", "机械工程学院", "ORG0201", ""),
    ("ORG0901", "discipline", "岭川大学纪检监察机构", "ORG0201", ""),
)
PEOPLE = (
    ("user_id", "role", "org_id", "name", "email", "office"),
    ("U001", "investigator", "ORG0201", "李梦洁", "limengjie@edu.example.com", "就业指导中心"),
    ("U002", "investigator", "ORG0201", "夏鑫", "xiaxin@edu.example.com", "就业指导中心"),
    ("U013", "supervisor", "ORG0201", "肖国舒", "xiaoguoshu@edu.example.com", "就业指导中心"),
    ("U018", "party_leader", "ORG0201", "何诚航", "hechenghang@edu.example.com", "党委"),
    ("U019", "admin_leader", "ORG0201", "康莹蕾", "kangyinglei@edu.example.com", "校长办公室"),
    ("U020", "discipline_officer", "ORG0901", "卢琼珊", "luqiongshan@edu.example.com", "纪检监察机构"),
    ("U021", "supervisor", "ORG0102", "于红秀", "yuhongxiu@edu.example.com", "省教育厅"),
    ("U024", "administrator", "ORG0201", "覃丰", "qinfeng@edu.example.com", "信息中心"),
    ("U027", "auditor", "ORG0201", "孟秋白", "mengqiubai@edu.example.com", "审计处"),
)
GRADUATES = (
    "学号",
    "姓名",
    "院系",
    "专业名称",
    "班级",
    "辅导员",
    "学历层次",
    "毕业年份",
    "毕业日期",
    "毕业去向类别代码",
    "毕业去向",
    "签约日期",
    "单位名称",
    "统一社会信用代码",
    "单位性质代码",
    "单位行业代码",
    "单位所在地代码",
    "单位联系人电话",
    "手机号",
    "薪酬",
)
ADMINISTRATOR, AUDITOR = "U024", "U027"
DESTINATIONS = {"11": "签劳动合同形式就业", "70": "待就业"}
SETTLED_LATER = {"毕业去向类别代码": "70", "毕业去向": DESTINATIONS["70"]} | dict.fromkeys(
    ("签约日期", "单位名称", "统一社会信用代码", "单位性质代码", "单位行业代码", "单位所在地代码", "单位联系人电话"), ""
)
"""What a newer export shows of a graduate who turned out to have no job."""
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "安宁晓晨思远佳禾"

DENIES, CANCELLED, INTERN, OWN_PHONE, LATE, DENIES_LATER, NO_PROOF = (f"20202211000{number}" for number in range(1, 8))
"""The graduates with something planted; `LATE` has a date that is doubtful and opens nothing by itself."""
TINY = tuple(f"20202212000{number}" for number in range(1, 7))
"""Six of the eight of one college, registered with a firm of three."""


def credit_code(number: int) -> str:
    """Return a credit code of the firm of that number, with its check character."""
    stem = f"91420100MY9A{number:05}"
    return stem + uscc.calc_check_digit(stem)


def student_numbers() -> list[str]:
    """Return everybody: thirty-two of one college, eight of the other."""
    return [f"2020221100{place:02}" for place in range(1, 33)] + [f"2020221200{place:02}" for place in range(1, 9)]


def graduate(place: int, student_no: str) -> dict[str, str]:
    """Return the registration of one graduate with nothing wrong in it, unless it was planted."""
    tiny, literature = student_no in TINY, student_no.startswith("20202212")
    firm = 99 if tiny else place
    row = {
        "学号": student_no,
        "姓名": SURNAMES[place % 10] + GIVEN[place % 8] + GIVEN[(place * 3 + 1) % 8],
        "院系": "文学院" if literature else "机械工程学院",
        "专业名称": "汉语言文学" if literature else "机械工程",
        "班级": "文学2001班" if literature else "机械2001班",
        "辅导员": "邓菁然" if literature else "高泽民",
        "学历层次": "本科生毕业",
        "毕业年份": "2024",
        "毕业日期": "2024-06-20",
        "毕业去向类别代码": "11",
        "毕业去向": DESTINATIONS["11"],
        "签约日期": "2024-06-25" if student_no != LATE else "2025-06-25",
        "单位名称": firm_name(firm),
        "统一社会信用代码": credit_code(firm),
        "单位性质代码": "39",
        "单位行业代码": "31",
        "单位所在地代码": "420100",
        "单位联系人电话": f"027-8{firm:07}",
        "手机号": f"1381234{place:04}",
        "薪酬": "6500",
    }
    if student_no == OWN_PHONE:
        row["单位联系人电话"] = row["手机号"]
    return row


def firm_name(number: int) -> str:
    """Return the name of a firm; no two are alike enough to be taken for one another."""
    return f"武汉{SURNAMES[number % 10]}{GIVEN[number // 10 % 8]}{GIVEN[number % 8]}科技有限公司"


class Exports:
    """The files of this university in a folder, as they are exported on one day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def organisations(self) -> Path:
        return self._write("organisations.csv", ORGANISATIONS)

    def people(self) -> Path:
        return self._write("users.csv", PEOPLE)

    def graduates(self, name: str = "graduates.csv", **changes: dict[str, str]) -> Path:
        """Write the registration export; `changes` say what the register shows otherwise, by student number."""
        rows = [graduate(place, number) for place, number in enumerate(student_numbers(), start=1)]
        shown = [row | changes.get(f"of_{row['学号']}", {}) for row in rows]
        return self._write(name, [GRADUATES, *([row[header] for header in GRADUATES] for row in shown)])

    def register(self) -> Path:
        """Write the employer register: one firm was cancelled before it signed, one has three people."""
        header = [
            "credit_code",
            "name",
            "former_names",
            "status",
            "status_date",
            "founded_date",
            "insured_headcount",
            "nature_code",
        ]
        cancelled = student_numbers().index(CANCELLED) + 1
        rows = [
            [
                credit_code(number),
                firm_name(number),
                "",
                "注销" if number == cancelled else "存续",
                "2024-01-15" if number == cancelled else "",
                "2012-03-01",
                "3" if number == 99 else "210",
                "39",
            ]
            for number in [*range(1, len(student_numbers()) + 1), 99]
        ]
        return self._write("employer_register.csv", [header, *rows])

    def proofs(self) -> Path:
        """Write the manifest of proofs: one shows an internship, one graduate has none."""
        header = ["student_no", "file_name", "sha256", "kind", "size", "text_excerpt", "stored_file"]
        rows = [
            [
                number,
                f"{number}.pdf",
                f"{int(number):064x}",
                "实习证明" if number == INTERN else "劳动合同",
                "52000",
                "兹证明该生在我单位实习" if number == INTERN else "劳动合同书 合同期限三年",
                "",
            ]
            for number in student_numbers()
            if number != NO_PROOF
        ]
        return self._write("manifest.csv", [header, *rows])

    def change_log(self) -> Path:
        """Write the change log of the registration system: every entry by the college's secretary."""
        header = "log_id student_no changed_at operator operator_role old_code new_code old_employer new_employer"
        rows = [
            [f"L{place:06}", number, "2024-06-26 09:00:00", "C0001", "学院就业秘书", "70", "11", "", firm_name(place)]
            for place, number in enumerate(student_numbers(), start=1)
        ]
        return self._write("change_log.csv", [header.split(), *rows])

    def operators(self) -> Path:
        """Write who stands behind the accounts of the registration system: one investigator has entered records."""
        rows = [("operator", "role", "name", "college"), ("C0001", "学院就业秘书", "夏鑫", "机械工程学院")]
        return self._write("operators.csv", rows)

    def confirmations(self, name: str, denying: dict[str, str]) -> Path:
        """Write what graduates answered by a day: all confirmed, save those who say that they never signed."""
        rows = [
            [number, "NEVER_SIGNED" if number in denying else "CONFIRMED", denying.get(number, "2024-07-10 12:00:00")]
            for number in student_numbers()
        ]
        return self._write(name, [("student_no", "confirm_status", "confirm_time"), *rows])

    def _write(self, name: str, rows: object) -> Path:
        path = self._folder / name
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
        return path
