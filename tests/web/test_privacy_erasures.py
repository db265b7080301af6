"""Acts of deletion in the interface: what came of somebody erased since is told beside the act."""

from omniloom import privacy
from omniloom.identity import tombstone
from omniloom.privacy.erasure import Erasure, ErasureState, add_erasure


def test_how_many_events_named_somebody_erased_since_is_told(site):
    stores, now = site.platform.stores, site.platform.now()
    made = Erasure("act1", "", [900_001], ErasureState.DONE, "asked", "desk", now, 0, None, {"log": 2})
    with stores.state.write() as tx:
        add_erasure(tx, made, refusals_through=0)
    assert privacy.came_since(stores, ["act1"]) == {}
    with stores.state.write() as tx:
        for number in range(4_321):
            tombstone.count(tx, ["act1"], is_out=number % 2 == 0, now=now)
    page = site.get("/privacy?tab=erasures", role="owner").text
    assert "Events since" in page
    assert "4,321" in page
