"""From a frozen snapshot to the three documents of N2.2, byte for byte the same each time.

`plan_docx` 自查通知（方案）, `records_docx` and `records_xlsx` 自查记录,
`report_docx` 自查报告. They take what they print and nothing else: no clock, no
database, no settings of the machine.
"""
