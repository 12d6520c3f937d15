"""One running carrier: its parts, put together."""

from simulator.carrier import Carrier
from simulator.faults import Faults
from simulator.inbound import Inbound
from simulator.lifecycle import Lifecycle
from simulator.messages import Messages
from simulator.proof import Proof
from simulator.scripts import Scripts
from simulator.webhooks import Sender


class World:
    """Everything that makes up the carrier, built once."""

    def __init__(self) -> None:
        self.carrier = Carrier()
        self.proof = Proof()
        self.faults = Faults()
        self.sender = Sender(self.carrier, self.proof)
        self.lifecycle = Lifecycle(self.carrier, self.sender)
        self.inbound = Inbound(self.carrier, self.sender, self.lifecycle)
        self.messages = Messages(self.carrier, self.faults, self.proof, self.lifecycle)
        self.scripts = Scripts(self.carrier, self.sender, self.lifecycle, self.inbound)

    def reset(self) -> None:
        """Forget what happened; keep accounts, numbers and behaviour."""
        self.sender.forget()
        self.scripts.clear()
        self.faults.remove(None)
        self.proof.clear()
        self.carrier.clear()
