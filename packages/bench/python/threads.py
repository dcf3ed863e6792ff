"""Calls between threads with Python's AnyIO on asyncio: `threads.py round-trips THREADS`, `call-backs` or `blocking-calls`.

Each counts, a call for each step, as far as each line of the input says, and answers each with what it has come to.
"""

import sys

import anyio
from anyio import from_thread, to_thread


def increment(n: int) -> int:
    return n + 1


async def increment_async(n: int) -> int:
    return n + 1


async def round_trips(threads: int) -> None:
    print("ready", flush=True)
    while line := await to_thread.run_sync(sys.stdin.readline):
        counts = [0] * threads
        async with anyio.create_task_group() as tg:
            for index in range(threads):
                tg.start_soon(count, (int(line) + index) // threads, index, counts)
        print(sum(counts), flush=True)


async def count(to: int, index: int, counts: list) -> None:
    for _ in range(to):
        counts[index] = await to_thread.run_sync(increment, counts[index])


async def call_backs() -> None:
    print("ready", flush=True)
    while line := await to_thread.run_sync(sys.stdin.readline):
        print(await to_thread.run_sync(count_back, int(line)), flush=True)


def count_back(to: int) -> int:
    n = 0
    for _ in range(to):
        n = from_thread.run_sync(increment, n)
    return n


def blocking_calls() -> None:
    with from_thread.start_blocking_portal() as portal:
        print("ready", flush=True)
        while line := sys.stdin.readline():
            n = 0
            for _ in range(int(line)):
                n = portal.call(increment_async, n)
            print(n, flush=True)


if sys.argv[1] == "round-trips":
    anyio.run(round_trips, int(sys.argv[2]))
elif sys.argv[1] == "call-backs":
    anyio.run(call_backs)
else:
    blocking_calls()
