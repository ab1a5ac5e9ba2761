"""Lists in pages: nothing twice, nothing left out, whatever is added meanwhile."""

import pytest


def walk(caller, path, between=lambda: None):
    found, after = [], ""
    while after is not None:
        page = caller.get(
            f"{path}{'&' if '?' in path else '?'}limit=2{f'&after={after}' if after else ''}", status=200
        ).json
        assert len(page["items"]) <= 2
        found += page["items"]
        after = page["next"]
        between()
    return found


def test_pages_stay_whole_while_cases_are_opened(world, investigator):
    before = [world.case() for _ in range(5)]
    added = []

    def add():
        if len(added) < 3:
            added.append(world.case(severity="critical"))

    found = [line["number"] for line in walk(investigator, "/cases", add)]
    assert len(found) == len(set(found))
    assert set(before) <= set(found)


def test_a_list_is_walked_to_its_end(world):
    found = [row["code"] for row in walk(world.caller("auditor", world.tree.province), "/organisations")]
    assert len(found) == len(set(found)) == 6


def test_a_page_goes_on_behind_a_case_that_has_left_the_filter(world, investigator):
    numbers = [world.case(owner=investigator) for _ in range(4)]
    first = investigator.get("/cases?state=flagged&limit=2").json
    investigator.act(first["next"], {"action": "begin"}, status=200)
    rest = investigator.get(f"/cases?state=flagged&limit=2&after={first['next']}", status=200).json
    assert [row["number"] for row in rest["items"]] == numbers[2:]


@pytest.mark.parametrize("after", ["ZZ24-0001", "elsewhere"])
def test_a_place_that_is_none_of_mine_is_no_place(world, investigator, after):
    elsewhere = world.case(organisation=world.other)
    answer = investigator.get(f"/cases?after={elsewhere if after == 'elsewhere' else after}", status=422)
    assert set(answer.json["fields"]) == {"after"}
