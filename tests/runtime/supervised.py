"""The supervisor with stand-ins for the processes: `supervised.py NAME=ARGUMENT …` hands an argument to one of them."""

import os
import sys
from pathlib import Path

from commonweal.runtime.installation import Installation
from commonweal.runtime.settings import load
from commonweal.runtime.supervisor import NAMES, run


async def prepare(installation: Installation) -> None:
    sys.stdout.write(f"prepared on {installation.nats_url}\n")


if __name__ == "__main__":
    stand_in = str(Path(__file__).with_name("stand_in.py"))
    wishes = dict(argument.split("=", 1) for argument in sys.argv[1:])
    processes = {name: (sys.executable, stand_in, name, *([wishes[name]] if name in wishes else [])) for name in NAMES}
    sys.exit(run(load(os.environ), prepare=prepare, processes=processes))
