"""The text that lies on top of a dossier package and says how to check it without our software, in both languages."""

_CHINESE = """\
卷宗包　报告编号：%(number)s

一、本包内容
  manifest.json      案件清单。它的 SHA-256 就是印在签字页上的清单哈希
  contents/          三份文书的内容（自查通知、自查记录、自查报告）
  dossiers/          每件案件的卷宗，一件一个文件
  documents/         文书（DOCX、PDF）和自查记录表（XLSX），已签字的文书也在其中
  evidence/          证据文件，文件名即其 SHA-256
  journal.json       与本报告及其案件有关的日志，每条附有到清单所记日志根的证明
  signing.json       定稿以后签字、报送、回执的日志，每条附有到报送、备案时所告知的日志根的证明（签字齐全后才有）
  places.json        用于指出改动位置的对照，本身不作证明
  SHA256SUMS         以上各文件的 SHA-256（另有 SM3SUMS 的，为其 SM3）
  verify.py          核对程序，只需 Python 3.8 以上，不联网

二、如何核对（不需要本系统，断网可做）
  1. 请使用您自己持有的 verify.py，不要运行包内的这一份：改动了卷宗包的人也能改动它。
     没有时，向本系统索取，或与其他备案单位持有的比对。本包所附的一份，SHA-256 为：
     %(verifier_hash)s
  2. 执行：python3 verify.py 卷宗包.zip --hash 签字页上印的清单哈希
     显示“完好”即未发现改动；有改动则逐条指出何处。退出状态：0 完好，1 有改动，2 无法读取。
     本包的清单哈希应为：%(manifest_hash)s
     请以纸面签字页为准，不以本文件为准。
  3. 要证明谁在何时签了字，加上您留存的日志根（报送、备案以后显示在备案页面上）：--root 条数:日志根
     documents/signatures.json 的每个签字、签字页扫描件和数字签名的 PDF，都由它证明。
%(told)s
  4. 您若持有较早的日志末端（印在以前的报告上，或随摘要收到），加上：--head 序号:哈希 或 --root 条数:日志根
     这样连整本日志被重写也能发现。
  5. 领取本包时记下了整包哈希的，加上：--package 整包哈希

三、不用 verify.py 也可手工核对
  1. 解压后执行 sha256sum -c SHA256SUMS，每一行都应显示 OK（或“成功”）。
     Windows 可用：certutil -hashfile 文件名 SHA256
  2. 执行 sha256sum manifest.json，与签字页上印的清单哈希逐位比对。
  3. 任选一件案件，执行 sha256sum dossiers/案件编号.json，应与 manifest.json 中该编号的 hash 相同。
  4. 执行 sha256sum contents/report.json（plan.json、records.json 同理），
     应与 manifest.json 的 contents 中同名一项相同。
  5. 卷宗 evidence 中写明的 sha256，应在 evidence/ 下有同名文件，且 sha256sum 的结果与文件名相同。

四、注意
  本包含个人信息和举报线索的处理材料，只交备案单位，不得外传；保存不少于三年。
"""

_ENGLISH = """\
Dossier package of report %(number)s

Check it offline, with nothing but Python 3.8 or later:

  1. Use the verify.py that you hold yourself and do not run the copy in this package: whoever changed the package
     could have changed the copy. The copy that was packed has the SHA-256
     %(verifier_hash)s
  2. python3 verify.py PACKAGE.zip --hash HASH_ON_THE_SIGNATURE_PAGE
     It says "intact", or names each thing that was changed and where. Exit status: 0 intact, 1 changed, 2 unreadable.
     The hash should be %(manifest_hash)s
     Believe the signed paper, not this file.
  3. To prove who signed and when, add the journal root that you noted when the report was delivered or filed (it
     stands on the filing page from then on): --root SIZE:ROOT
     It proves each signature in documents/signatures.json, the scans of signed pages and the signed PDFs.
%(told_en)s
  4. If you hold an earlier head of the journal (from an earlier report or a digest), add --head NUMBER:HASH or
     --root SIZE:ROOT. Then a journal that was written anew as a whole is found too.
  5. If you noted the hash of the whole package when you took it, add --package HASH.

By hand: unpack, run `sha256sum -c SHA256SUMS`, compare `sha256sum manifest.json` with the paper; the hash of each file
in dossiers/ and contents/ stands in manifest.json, and files in evidence/ bear their own hash as their name.

This package holds personal data. It is for the bodies with which the report was filed, and for nobody else.
"""


_TOLD = (
    "     本包中的日志根为：%s\n     请以您自己留存的为准，不以本文件为准。",
    "     The root in this package is %s\n     Believe what you noted, not this file.",
)
_NOT_TOLD = (
    "     本包制作时签字尚未齐全，没有这一部分。",
    "     When this package was made the report was not signed by all, so this part is not there yet.",
)


def readmes(*, number: str, manifest_hash: str, verifier_hash: str, root: str = "") -> dict[str, bytes]:
    """Return the two files, by name; `root` is the journal root (SIZE:ROOT) under which the signatures stand."""
    told, told_en = (words % root for words in _TOLD) if root else _NOT_TOLD
    said = {"number": number, "manifest_hash": manifest_hash, "verifier_hash": verifier_hash}
    said |= {"told": told, "told_en": told_en}
    return {"README.txt": (_CHINESE % said).encode(), "README.en.txt": (_ENGLISH % said).encode()}
