"""The fields of a graduate's registration, one line each, in the order in which people read them.

The table says what a field is called in the product (`name`), on paper (`label`)
and in the header families that arrive (`aliases`: the Chinese variants, then the
pinyin codes of the classic structure; case does not matter). A `sealed` field is
stored encrypted and masked in every list. A field with `kept=False` is known, so
that its column is named as “not stored” instead of as unknown, and that is all:
the dispatch certificate was abolished in 2023, and where a person is registered,
lives or believes is nothing that a self-check needs.

`codes` names the table of the round that turns a label into its code;
`label_of` says that the column holds the label of another field's code.
"""

from dataclasses import dataclass

from casework.errors import N_


@dataclass(frozen=True)
class RecordField:
    """One column of the registration export."""

    name: str
    label: str
    kind: str  # text, digits, name, code, date, month, year, number, pay, phone, email, id_number, credit_code, …
    group: str  # person, study, destination, employer, abroad, approval, other
    aliases: tuple[str, ...] = ()
    sealed: bool = False
    kept: bool = True
    codes: str | None = None
    label_of: str | None = None


def _f(name: str, label: str, kind: str, group: str, aliases: str = "", **more: object) -> RecordField:
    return RecordField(name, label, kind, group, tuple(aliases.split()), **more)  # type: ignore[arg-type]


RECORD_FIELDS: tuple[RecordField, ...] = (
    _f("student_no", N_("学号"), "digits", "person", "XH"),
    _f("exam_no", N_("考生号"), "digits", "person", "KSH", sealed=True),
    _f("name", N_("姓名"), "name", "person", "学生姓名 XM"),
    _f("sex", N_("性别"), "code", "person", "性别代码 XBDM XB", codes="sex"),
    _f("birth_date", N_("出生日期"), "date", "person", "CSRQ", sealed=True),
    _f("id_number", N_("身份证号"), "id_number", "person", "证件号码 身份证号码 公民身份号码 SFZH", sealed=True),
    _f("ethnicity", N_("民族名称"), "text", "person", "民族 民族代码 MZDM MZ", kept=False),
    _f("political_status", N_("政治面貌"), "text", "person", "政治面貌代码 ZZMMDM ZZMM", kept=False),
    _f("urban_rural", N_("城乡生源"), "text", "person", "CXSY", kept=False),
    _f("origin_code", N_("生源地代码"), "place", "person", "生源所在地代码 SYSZDDM"),
    _f("origin_name", N_("生源地名称"), "text", "person", "生源地 生源所在地 SYSZD", kept=False),
    _f("school_code", N_("院校代码"), "digits", "study", "学校代码 YXDM"),
    _f("school_name", N_("学校名称"), "text", "study", "XXMC YXMC"),
    _f("college", N_("院系"), "text", "study", "学院 学院名称 所在院系 院系名称 YX"),
    _f("class_name", N_("班级"), "text", "study", "所属班级 班级名称 BJ"),
    _f("counsellor", N_("辅导员"), "name", "study", "班主任/辅导员 班主任 BZR FDY"),
    _f("degree_level", N_("学历层次"), "code", "study", "学历代码 学历 XLDM XL", codes="degree_level"),
    _f("major_code", N_("专业代码"), "digits", "study", "ZYDM"),
    _f("major_name", N_("专业名称"), "text", "study", "专业 ZY ZYMC"),
    _f("major_direction", N_("专业方向"), "text", "study", "ZYFX"),
    _f("schooling_years", N_("学制"), "number", "study", "XZ"),
    _f("enrol_date", N_("入学年月"), "month", "study", "入学时间 RXSJ"),
    _f("graduation_date", N_("毕业日期"), "date", "study", "毕业时间 BYSJ BYRQ"),
    _f("cohort_year", N_("毕业年份"), "year", "study", "届别 毕业年度 BYNF"),
    _f("training_mode", N_("培养方式"), "code", "study", "培养方式代码 PYFSDM PYFS", codes="training_mode"),
    _f("directed_employer", N_("委培单位"), "text", "study", "定向或委培单位 DXHWPDW", kept=False),
    _f("study_form", N_("学习形式"), "text", "study", "XXXS"),
    _f("hardship", N_("困难生类别"), "code", "study", "困难生类别代码 KNSLBDM KNSLB", codes="hardship"),
    _f("teacher_training", N_("师范生类别"), "code", "study", "师范生类别代码 SFSLBDM SFSLB", codes="teacher_training"),
    _f("phone", N_("手机号"), "mobile", "person", "手机号码 联系电话 手机 MOBILEPHONE SJH", sealed=True),
    _f("email", N_("邮箱"), "email", "person", "电子邮箱 常用邮箱 EMAIL", sealed=True),
    _f("family_phone", N_("家庭电话"), "phone", "person", "家庭联系电话 JTDH", sealed=True),
    _f("home_address", N_("家庭地址"), "text", "person", "JTDZ", sealed=True, kept=False),
    _f(
        "destination_code",
        N_("毕业去向类别代码"),
        "strict_code",
        "destination",
        "毕业去向代码 BYQXDM",
        codes="destination_code",
    ),
    _f(
        "destination_name",
        N_("毕业去向"),
        "text",
        "destination",
        "毕业去向名称 毕业去向类别 BYQX",
        label_of="destination_code",
    ),
    _f("signing_date", N_("签约日期"), "date", "destination", "QYRQ"),
    _f(
        "agreement_no",
        N_("就业协议书编号"),
        "digits",
        "destination",
        "协议书编号 就业协议编号 协议编号 三方协议编号 三方协议书编号 网签协议编号 JYXYSBH XYSBH XYBH",
    ),
    _f(
        "employer_name",
        N_("单位名称"),
        "short_text",
        "employer",
        "用人单位名称 就业单位名称 实际用人单位名称 "
        "就业单位名称/征兵办名称/项目名称/创业单位名称/升学院校名称/境外单位名称 DWMC",
    ),
    _f(
        "credit_code",
        N_("统一社会信用代码"),
        "credit_code",
        "employer",
        "单位组织机构代码 组织机构代码 单位统一社会信用代码 DWZZJGDM",
    ),
    _f(
        "employer_nature_code",
        N_("单位性质代码"),
        "strict_code",
        "employer",
        "DWXZDM",
        codes="employer_nature_code",
    ),
    _f(
        "employer_nature",
        N_("单位性质"),
        "text",
        "employer",
        "DWXZ",
        kept=False,
        label_of="employer_nature_code",
    ),
    _f("industry_code", N_("单位行业代码"), "strict_code", "employer", "DWHYDM", codes="industry_code"),
    _f("industry", N_("单位行业"), "text", "employer", "单位所属行业 DWHY", kept=False, label_of="industry_code"),
    _f("employer_place_code", N_("单位所在地代码"), "place", "employer", "DWSZDDM"),
    _f("employer_place", N_("单位所在地"), "text", "employer", "DWSZD"),
    _f("employer_address", N_("单位地址"), "text", "employer", "DWDZ"),
    _f("employer_contact", N_("单位联系人"), "name", "employer", "LXR", sealed=True),
    _f("employer_phone", N_("单位联系人电话"), "phone", "employer", "单位电话 LXRDH", sealed=True),
    _f("employer_mobile", N_("单位联系人手机"), "mobile", "employer", "LXRSJ", sealed=True),
    _f(
        "job_category_code",
        N_("工作职位类别代码"),
        "strict_code",
        "employer",
        "GZZWLBDM",
        codes="job_category_code",
    ),
    _f(
        "job_category",
        N_("工作职位类别"),
        "text",
        "employer",
        "GZZWLB",
        kept=False,
        label_of="job_category_code",
    ),
    _f("pay", N_("薪酬"), "pay", "employer", "月薪 薪资 XC"),
    _f("study_country", N_("留学国家地区"), "text", "abroad", "LXGJDQ"),
    _f("study_school_zh", N_("留学院校中文名称"), "text", "abroad", "LXYXZWMC"),
    _f("study_school_foreign", N_("留学院校外文名称"), "text", "abroad", "LXYXWWMC"),
    _f("study_major_zh", N_("留学专业中文名称"), "text", "abroad", "LXZYZWMC"),
    _f("study_major_foreign", N_("留学专业外文名称"), "text", "abroad", "LXZYWWMC", kept=False),
    _f("college_review", N_("学院审核_就业"), "text", "approval", "院系审核状态 XYSH_JY"),
    _f("school_review", N_("学校审核_就业"), "text", "approval", "就业审核状态 jyshzt XXSH_JY"),
    _f("confirm_status", N_("确认状态"), "confirm_status", "approval", "QRZT"),
    _f("confirm_time", N_("确认时间"), "moment", "approval", "QRSJ"),
    _f("archive_transfer_type", N_("档案转递类型"), "text", "other", "档案转寄类型", kept=False),
    _f("transfer_no", N_("转递编号"), "text", "other", "档案转递编号", kept=False),
    _f("verify_no", N_("核验编号"), "text", "other", kept=False),
    _f("household_move_type", N_("户口迁移类型"), "text", "other", kept=False),
    _f("dispatch_type_code", N_("报到证签发类别代码"), "text", "other", "BDZQFLBDM", kept=False),
    _f("dispatch_unit", N_("报到证签往单位名称"), "text", "other", "BDZQWDWMC", kept=False),
    _f("dispatch_place_code", N_("签往单位所在地代码"), "text", "other", "QWDWSZDDM", kept=False),
    _f("dispatch_no", N_("报到证编号"), "text", "other", "BDZBH", kept=False),
    _f("dispatch_start", N_("报到起始时间"), "text", "other", "BDQSSJ", kept=False),
    _f("remarks", N_("备注"), "text", "other", "BZ"),
)

KEPT_FIELDS: tuple[RecordField, ...] = tuple(field for field in RECORD_FIELDS if field.kept)
