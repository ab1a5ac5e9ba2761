"""How long nobody has looked at the campaigns: a service that was away does not know what was said in its name.

After a long outage, or from a restored backup, which remembers nothing of what it
has sent since, nothing leaves: neither before the first look, which pauses what may
have spoken, nor before a person has looked and let it go on.
"""

from datetime import datetime, timedelta

from casework import promises

TASK = "campaigns"
"""The periodic task that looks at the campaigns; its beat says when it last did."""
LONGEST_GAP = timedelta(hours=2)


def absence(now: datetime) -> timedelta:
    """Return for how long nobody has looked, where that is too long; nothing where it is not, or nobody ever has."""
    last = promises.last_beat(TASK)
    gap = now - last.beat_at if last is not None else timedelta()
    return gap if gap > LONGEST_GAP else timedelta()
