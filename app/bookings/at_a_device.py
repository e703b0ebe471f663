"""In whose name a display or kiosk acts: the space's record for whoever stands there, and only as far as its pages go.

What is booked at the door belongs to that record. Arrivals are noted as a front desk does it, at this space alone.
"""

from app.identity.rules import Actor, Grant, Role
from app.inventory.devices import DeviceCard


def acting(device: DeviceCard) -> Actor:
    """The device as an actor; it never leaves the operations of the device's own pages."""
    assert device.walk_in is not None, "a door system has no pages"
    return Actor(
        person=device.walk_in,
        public_id="",
        name="",
        email=None,
        language="de",
        grants=(Grant(Role.FRONT_DESK, "space", device.space),),
        via="device",
    )
