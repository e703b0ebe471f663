"""The demo network as pure data: what it is called, who runs it, and what can be booked there."""
