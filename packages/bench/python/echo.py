"""Requests and answers of 64 bytes with Python's AnyIO on asyncio: `echo.py serve`, `echo.py request PORT CONNECTIONS`."""

import sys

import anyio

MESSAGE = b"a" * 64


async def serve() -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    print(listener.extra(anyio.abc.SocketAttribute.local_port), flush=True)
    await listener.serve(echo)


async def echo(stream) -> None:
    try:
        async for data in stream:
            await stream.send(data)
    except anyio.BrokenResourceError:
        pass


async def request(port: int, connections: int) -> None:
    """Does as many requests as each line of the input says, and answers each with how many were done."""
    streams = [await anyio.connect_tcp("127.0.0.1", port) for _ in range(connections)]
    print("ready", flush=True)
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        times = int(line)
        async with anyio.create_task_group() as tg:
            for index, stream in enumerate(streams):
                tg.start_soon(repeat, stream, (times + index) // connections)
        print(times, flush=True)


async def repeat(stream, times: int) -> None:
    for _ in range(times):
        await stream.send(MESSAGE)
        received = 0
        while received < len(MESSAGE):
            received += len(await stream.receive())


if sys.argv[1] == "serve":
    anyio.run(serve)
else:
    anyio.run(request, int(sys.argv[2]), int(sys.argv[3]))
