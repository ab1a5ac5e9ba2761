"""One's own sessions: each can be ended, and the page that is open can say how long this one still holds."""

from flask import Response, g, jsonify, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework.doors import sessions
from casework.doors.sessions import current_actor, enrolment, signed_in
from casework.operations.begin_sign_in import end_other_sign_ins, end_sign_in
from casework.web.entry import own_page
from casework.web.pages import submitted


@signed_in
def end_session(ref: str) -> Answer:
    """End one of one's own sessions, or with `others` all but this one."""
    actor = current_actor()
    if ref == "others":
        return submitted(
            lambda: end_other_sign_ins(g.person, but=g.sign_in, actor=actor),
            done=gettext("其他登录已全部退出。"),
            to=url_for("web.me"),
            again=own_page,
        )
    return submitted(
        lambda: end_sign_in(ref=ref, person=g.person, actor=actor),
        done=gettext("这次登录已退出。"),
        to=url_for("web.me"),
        again=own_page,
    )


@enrolment
@signed_in
def stay() -> Response:
    """Say in how many seconds this session ends, now that its person was heard of again."""
    idle, limit = sessions.ends_in()
    return jsonify(idle=int(idle), limit=int(limit))
