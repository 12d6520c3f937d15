"""`python -m smscrm.machine ROOT` holds the project's PostgreSQL until SIGTERM."""

import sys
from pathlib import Path

from smscrm.machine.environment import Layout
from smscrm.machine.postgres import Server, hold

layout = Layout(Path(sys.argv[1]))
sys.exit(hold(Server(layout.data, layout.sockets)))
