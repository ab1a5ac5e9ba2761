"""Who was told, and who is left: page by page, and for those alone whose eyes it is meant for."""

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.reminders import Letter, write_letters
from casework.overview import told_graduates, unconfirmed
from casework.people.actors import actor_of
from tests.casework.campaigns.august import august, beijing
from tests.casework.factories import make_organisation, make_person

__all__ = ["august"]


def pages(campaign):
    found, after = [], 0
    while after is not None:
        letters, after = told_graduates.told_page(campaign, after=after)
        found.append([(letter.wave, letter.student_no, letter.by) for letter in letters])
    return found


def test_pages_go_wave_by_wave_and_leave_nobody_out(august, monkeypatch):
    monkeypatch.setattr(told_graduates, "PAGE", 2)
    monkeypatch.setattr(told_graduates, "AT_ONCE", 2)
    one, other, third = august.graduates(3)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    august.carry(moment=beijing(1))
    august.look(beijing(8))
    with clock.stopped_at(beijing(8)), unit_of_work():  # a way that was tried after the first had failed
        write_letters(
            [Letter(other.id, other.organisation_id, "smtp")],
            campaign_id=campaign.id,
            wave_id=campaign.waves[0].id,
            on="2024-08-31",
            next_at=clock.now(),
            not_after=beijing(9),
        )
    first, second = ([(number, each.student_no, "sms") for each in (one, other, third)] for number in (1, 2))
    everybody = [*first, (1, other.student_no, "smtp"), *second]
    found = pages(campaign)
    assert [letter for page in found for letter in page] == everybody
    assert [len(page) for page in found] == [2, 2, 2, 1]
    told = [(letter.wave, letter.student_no, letter.by) for letter in told_graduates.everybody_told(campaign)]
    assert told == everybody


def test_a_grant_for_some_cases_opens_no_list_of_graduates(august):
    august.graduates(2)
    inspection = make_organisation("纪委", "discipline", august.university)
    officer = make_person("discipline_officer", august.university)
    of_the_house = make_person("discipline_officer", inspection)
    db.session.commit()
    for who, seen in ((officer, 0), (of_the_house, 0), (august.drafter, 2)):
        assert unconfirmed.total(actor_of(who), round_id=august.round.id) == seen
        groups = unconfirmed.groups(actor_of(who), round_id=august.round.id)
        assert sum(group.number for group in groups) == seen
