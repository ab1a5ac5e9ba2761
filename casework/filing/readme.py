"""The text that lies on top of a dossier package and says how to check it without our software."""

README = """\
卷宗包　报告编号：%(number)s

一、本包内容
  manifest.json      案件清单。它的 SHA-256 就是印在签字页上的清单哈希
  contents/          三份文书的内容（自查通知、自查记录、自查报告）
  dossiers/          每件案件的卷宗，一件一个文件
  documents/         文书（DOCX、PDF）和自查记录表（XLSX）
  evidence/          证据文件，文件名即其 SHA-256
  journal.json       日志摘录
  SHA256SUMS         以上各文件的 SHA-256

二、如何核对（不需要本系统，断网可做）
  1. 解压后在本目录执行：sha256sum -c SHA256SUMS
     每一行都应显示 OK（或“成功”）。Windows 可用：certutil -hashfile 文件名 SHA256
  2. 执行：sha256sum manifest.json
     结果应为：%(manifest_hash)s
     请与签字页上印的清单哈希逐位比对。以纸面签字页为准，不以本文件为准。
  3. 任选一件案件，执行：sha256sum dossiers/案件编号.json
     结果应与 manifest.json 中该编号的 hash 相同。
  4. 执行：sha256sum contents/report.json（plan.json、records.json 同理）
     结果应与 manifest.json 的 contents 中同名一项相同。
  5. 卷宗 evidence 中写明的 sha256，应在 evidence/ 下有同名文件，且 sha256sum 的结果与文件名相同。
  6. manifest.json 的 journal_heads 应与签字页上印的日志末端相同，并能在 journal.json 中按序号找到。

三、注意
  本包含个人信息和举报线索的处理材料，只交备案单位，不得外传；保存不少于三年。
"""
