"""Programs list their person's tokens and revoke one, without ever being told a secret."""

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.api_tokens import make_token
from casework.people.actors import actor_of
from casework.people.models import TOKEN_REF, ApiToken, Person


def test_tokens_are_listed_without_their_secret_and_one_is_revoked(world, investigator, supervisor):
    with unit_of_work():
        person = db.session.get_one(Person, investigator.person.id)
        secret = make_token(person, name="统计平台", actor=actor_of(person))
    rows = investigator.get("/me/tokens", status=200)
    newest, present = rows.json["items"]
    assert (newest["name"], newest["scopes"]) == ("统计平台", ["read"])
    assert [(each["standing"], each["revoked_at"]) for each in (newest, present)] == [(True, None)] * 2
    hashes = [each.hash for each in db.session.query(ApiToken)]
    assert [each for each in (secret, investigator.token, *hashes) if each in rows.text] == []
    assert newest["ref"] in [each[:TOKEN_REF] for each in hashes]
    reading = {"Authorization": f"Bearer {secret}"}
    assert world.client.get("/api/v1/me", headers=reading).status_code == 200
    address = f"/me/tokens/{newest['ref']}"
    for caller, path, status in (
        (supervisor, address, 404),
        (investigator, "/me/tokens/nosuchtoken", 404),
        (investigator, f"/me/tokens/{newest['ref'][:8]}", 404),
        (investigator, address, 200),
        (investigator, address, 200),
    ):
        assert (path, caller.ask("DELETE", path).status_code) == (path, status)
    assert world.client.get("/api/v1/me", headers=reading).status_code == 401
    assert investigator.get("/me/tokens", status=200).json["items"][0]["standing"] is False


def test_a_token_that_only_reads_lists_and_revokes_nothing(world, investigator):
    with unit_of_work():
        person = db.session.get_one(Person, investigator.person.id)
        secret = make_token(person, name="只读", actor=actor_of(person))
    headers = {"Authorization": f"Bearer {secret}"}
    [newest, _] = world.client.get("/api/v1/me/tokens", headers=headers).json["items"]
    refused = world.client.delete(f"/api/v1/me/tokens/{newest['ref']}", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "token_scope")
