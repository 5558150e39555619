"""A process that does nothing but live as ours do: `stand_in.py NAME [WHAT IS WRONG | end]`."""

import asyncio
import sys

from commonweal.runtime.process import Process, run


async def main(process: Process) -> None:
    wish = " ".join(sys.argv[2:])
    if wish and wish != "end":
        process.complaint = lambda: wish
    process.ready()
    process.log.info("at work")
    if wish == "end":
        await asyncio.sleep(2)
        raise RuntimeError("words about 9434765919")
    await process.stop.wait()
    process.log.info("asked to stop")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], main))
