import csv
import json

from casework.simulation.plan import shipped

SMALL = ("--cases", "6", "--owners", "2", "--graduates", "25", "--leads", "2")
SHORT = (*SMALL, "--begin", "2024-07-26", "--end", "2024-08-01")


def test_a_rehearsal_is_printed_by_day_with_its_sums_and_written_as_a_table(command_line, tmp_path):
    target = tmp_path / "season.csv"
    printed = command_line.done("simulate", *SHORT, "--csv", target)
    assert "2024-07-26  核查员 1" in printed
    assert [line.split()[0] for line in printed.splitlines() if line.endswith("不成立的投递规则")] == ["0"]
    (wave,) = [line for line in printed.splitlines() if "第 1 批提醒" in line]
    assert wave.startswith("2024-08-01")
    assert [line.split()[0] for line in printed.splitlines() if line.endswith("已确认或反馈后又被提醒")] == ["0"]
    rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0].keys() == {"ladder", "date", "person", "kind", "channel", "messages", "about"}
    assert {row["ladder"] for row in rows} == {"2024"}


def test_two_ladders_stand_side_by_side(command_line, tmp_path):
    rungs = shipped("2024").settings["ladder"]
    for name, ladder in (("long", rungs), ("short", rungs[:4])):
        (tmp_path / f"{name}.json").write_text(json.dumps(ladder))
    ladders = [part for name in ("long", "short") for part in ("--ladder", tmp_path / f"{name}.json")]
    printed = command_line.done("simulate", *SHORT, "--act", "0", "--answer", "0", *ladders)
    assert printed.split()[:2] == ["long", "short"]
    (line,) = [line for line in printed.splitlines() if line.endswith("督办到就业部门负责人")]
    assert int(line.split()[0]) > int(line.split()[1]) == 0


def test_the_settings_of_the_office_can_be_rehearsed_and_nothing_of_it_changes(app, command_line):
    assert "9999" in command_line.refused("simulate", *SHORT, "--round", "9999")
    command_line.refused("simulate", *SHORT, "--own")
    command_line.done("round", "2024")
    command_line.done("simulate", *SMALL, "--begin", "2024-07-26", "--end", "2024-07-26", "--own")
