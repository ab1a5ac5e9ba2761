from hypothesis import given, settings
from hypothesis import strategies as st

from casework.screening.components import components


@given(st.lists(st.lists(st.integers(0, 12).map(str), min_size=1, max_size=4), max_size=12), st.randoms())
@settings(max_examples=60, deadline=None)
def test_components_are_the_same_however_links_are_shuffled_and_hold_every_link(links, chance):
    found = list(components(links))
    shuffled = [chance.sample(link, len(link)) for link in chance.sample(links, len(links))]
    assert list(components(shuffled)) == found
    linked = [one for part in found for one in part]
    assert len(linked) == len(set(linked))
    assert all(sum(set(link) <= set(part) for part in found) == 1 for link in links if len(link) > 1)
