import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import {
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  forceClose,
  InvalidStateError,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
} from "@anyio/core";
import {
  connectTcp,
  connectUnix,
  createTcpListener,
  createUnixListener,
  SocketAttribute,
  SocketListener,
  type SocketStream,
} from "@anyio/net";
import { amap, type TaskGroup, withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks, listenerContract } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { closesAllSockets } from "./support/descriptors.js";
import { socketFolder } from "./support/listening.js";
import { settle } from "./support/receive.js";

const path = socketFolder();
let count = 0;

describe("SocketListener over TCP", () => {
  const make = async () => {
    const listener = await tcpListener();
    return { listener, connect: () => connectTo(listener) };
  };
  for (const { name, run } of listenerContract(make)) it(name, run);
});

describe("SocketListener over a Unix socket", () => {
  const make = async () => {
    const where = path(`${count++}`);
    return { listener: await createUnixListener(where), connect: () => connectUnix(where) };
  };
  for (const { name, run } of listenerContract(make)) it(name, run);
});

async function tcpListener(backlog?: number): Promise<SocketListener> {
  const { listeners } = await createTcpListener({ localHost: "127.0.0.1", ...(backlog && { backlog }) });
  return listeners[0] as SocketListener;
}

function connectTo(listener: SocketListener): Promise<SocketStream> {
  return connectTcp("127.0.0.1", listener.extra(SocketAttribute.localPort));
}

async function withListener(fn: (listener: SocketListener) => Promise<void>, backlog?: number): Promise<void> {
  const listener = await tcpListener(backlog);
  try {
    await fn(listener);
  } finally {
    await forceClose(listener);
  }
}

describe("SocketListener.fromServer", () => {
  it("makes a listener of a server of Node's", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const listener = SocketListener.fromServer(server);

    const [client, served] = await Promise.all([connectTo(listener), listener.accept()]);
    await client.sendEof();
    await caught(served.receive(), EndOfStreamError);
    await served.send(Uint8Array.of(7));

    expect([...(await client.receive())]).toEqual([7]);
    expect(listener.extra(SocketAttribute.rawSocket)).toBe(server);
    for (const resource of [client, served, listener]) await resource.close();
    expect(server.listening).toBe(false);
  });

  it("refuses what is no server, or does not listen", () => {
    expect(() => SocketListener.fromServer({} as Server)).toThrow("server must be a net.Server, not object");
    expect(() => SocketListener.fromServer(createServer())).toThrow("server must be listening");
  });
});

describe("SocketListener.accept", () => {
  it("waits for connections, and hands them to who came first", () =>
    withListener(async (listener) => {
      const events: string[] = [];
      const accept = async (name: string) => {
        const stream = await listener.accept();
        events.push(name);
        return stream;
      };
      const accepting = [accept("first"), accept("second")];
      await settle();

      const clients = [await connectTo(listener), await connectTo(listener)];
      const served = await Promise.all(accepting);

      expect(events).toEqual(["first", "second"]);
      for (const stream of [...clients, ...served]) await stream.close();
    }));

  it("hands over what had come before, in order", () =>
    withListener(async (listener) => {
      const clients = [await connectTo(listener), await connectTo(listener)];
      for (const [i, client] of clients.entries()) await client.send(Uint8Array.of(i));
      await settle();

      const served = [await listener.accept(), await listener.accept()];
      const bytes = await Promise.all(served.map((stream) => stream.receive()));

      expect(bytes.map(([byte]) => byte)).toEqual([0, 1]);
      for (const stream of [...clients, ...served]) await stream.close();
    }));

  it("loses no connection to who is cancelled", () =>
    withListener(async (listener) => {
      await moveOnAfter(5, () => listener.accept());
      const scope = new CancelScope();
      scope.cancel();

      const client = await connectTo(listener);
      await settle();
      await scope.run(() => listener.accept());
      const served = await listener.accept();

      expect(scope.cancelledCaught).toBe(true);
      await client.close();
      await served.close();
    }));

  it("fails as the listener is closed, for all who wait, and after", () =>
    withListener(async (listener) => {
      const accepting = [errorOf(listener.accept()), errorOf(listener.accept())];
      await settle();

      await listener.close();

      for (const outcome of accepting) expect(await outcome).toBeInstanceOf(ClosedResourceError);
      await caught(listener.accept(), ClosedResourceError);
    }));

  it("hands over a connection that was reset meanwhile, which says so", () =>
    withListener(async (listener) => {
      const client = await connectTo(listener);
      (client.extra(SocketAttribute.rawSocket) as Socket).resetAndDestroy();
      await settle();

      const served = await listener.accept();

      expect((await errorOf(served.receive())) as Error).toMatchObject({ cause: { code: "ECONNRESET" } });
      await served.close();
      await client.close();
    }));
});

describe("a SocketListener whose connections nobody accepts", () => {
  it("resets those beyond its backlog", () =>
    withListener(async (listener) => {
      const connectAndReceive = async () => {
        await using client = await connectTo(listener);
        return await moveOnAfter(100, () => client.receive());
      };

      const outcomes: unknown[] = await Promise.all(
        Array.from({ length: 4 }, () => connectAndReceive().catch((error: unknown) => error)),
      );

      expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(2);
      const failures = outcomes.filter((outcome) => outcome !== undefined);
      for (const { message } of failures as Error[]) expect(message).toContain("ECONNRESET");
    }, 2));

  it("resets them as it is closed, and leaves no socket open", () =>
    closesAllSockets(async () => {
      const listener = await tcpListener();
      const client = await connectTo(listener);
      await settle();

      await listener.close();

      expect(await errorOf(client.receive())).toMatchObject({ cause: { code: "ECONNRESET" } });
      await client.close();
    }));
});

describe("SocketListener.serve", () => {
  it(
    "handles each of 1,000 clients that come at once",
    () =>
      closesAllSockets(() =>
        withListener(async (listener) => {
          const answers = await withTaskGroup(async (tg) => {
            tg.startSoon(() => listener.serve(async (stream) => stream.send(await stream.receive())));
            const received = await amap(
              async (i) => {
                await using client = await connectTo(listener);
                await client.send(Buffer.from(String(i)));
                return Number(Buffer.from(await client.receive()).toString());
              },
              Array.from({ length: 1_000 }, (_, i) => i),
            );
            tg.cancel();
            return received;
          });

          expect(answers).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
        }),
      ),
    30_000,
  );

  it("leaves no socket open when it is cancelled", () =>
    closesAllSockets(() =>
      withListener(async (listener) => {
        await withTaskGroup(async (tg) => {
          tg.startSoon(() => listener.serve(() => sleepForever()));
          const clients = await Promise.all(Array.from({ length: 20 }, () => connectTo(listener)));
          await settle();
          tg.cancel();
          for (const client of clients) await forceClose(client);
        });
      }),
    ));

  it("leaves nothing behind that who looks for leaks would find", () =>
    assertNoLeaks(() =>
      withListener(async (listener) => {
        await withTaskGroup(async (tg) => {
          tg.startSoon(() => listener.serve(async (stream) => stream.send(await stream.receive())));
          const client = await connectTo(listener);
          await client.send(Uint8Array.of(1));
          await client.receive();
          await client.close();
          tg.cancel();
        });
      }),
    ));

  it("calls its handlers with the AsyncLocalStorage values of its own call", () =>
    withListener(async (listener) => {
      const storage = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];

      await withTaskGroup(async (tg) => {
        tg.startSoon(() => storage.run("serve", () => listener.serve(() => void seen.push(storage.getStore()))));
        const client = await connectTo(listener);
        await caught(client.receive(), EndOfStreamError);
        await client.close();
        tg.cancel();
      });

      expect(seen).toEqual(["serve"]);
    }));

  it("may be ended by a handler that closes its listener", () =>
    withListener(async (listener) => {
      const events: string[] = [];
      const serving = caught(
        listener.serve(async () => {
          await listener.close();
          events.push("the handler has closed it");
          await sleep(0);
        }),
        ClosedResourceError,
      );

      const client = await connectTo(listener);
      await serving;
      events.push("serve has ended");

      expect(events).toEqual(["the handler has closed it", "serve has ended"]);
      await client.close();
    }));

  it("leaves handlers alone that run in a group of somebody else's, when it is closed", () =>
    withListener(async (listener) => {
      await withTaskGroup(async (tg) => {
        const serving = caught(
          listener.serve(async (stream) => stream.send(await stream.receive()), { taskGroup: tg }),
          ClosedResourceError,
        );
        const client = await connectTo(listener);
        await settle();

        await listener.close();
        await serving;
        await client.send(Uint8Array.of(7));

        expect([...(await client.receive())]).toEqual([7]);
        await client.close();
      });
    }));

  it("closes the connection that a group which has ended does not take", () =>
    withListener(async (listener) => {
      const ended = await withTaskGroup((tg) => tg);
      const serving = caught(
        listener.serve(() => {}, { taskGroup: ended as TaskGroup }),
        InvalidStateError,
      );

      await using client = await connectTo(listener);
      await serving;

      await moveOnAfter(5_000, () => errorOf(client.receive()));
      expect(client.extra(SocketAttribute.rawSocket)).toMatchObject({ readableEnded: true });
    }));

  it("waits as it is closed for the cleanup of its handlers", () =>
    withListener(async (listener) => {
      const events: string[] = [];
      const serving = errorOf(
        listener.serve(async () => {
          try {
            await sleepForever();
          } finally {
            await shield(() => sleep(20));
            events.push("cleaned up");
          }
        }),
      );
      const client = await connectTo(listener);
      await settle();

      await listener.close();
      events.push("closed");

      expect(events).toEqual(["cleaned up", "closed"]);
      expect(await serving).toBeInstanceOf(ClosedResourceError);
      await client.close();
    }));

  it("cancels as it is closed in a cancelled scope, without waiting", () =>
    withListener(async (listener) => {
      const events: string[] = [];
      const serving = errorOf(
        listener.serve(async () => {
          try {
            await sleepForever();
          } finally {
            await shield(() => sleep(20));
            events.push("cleaned up");
          }
        }),
      );
      const client = await connectTo(listener);
      await settle();

      await forceClose(listener);
      events.push("closed");
      await serving;

      expect(events).toEqual(["closed", "cleaned up"]);
      await client.close();
    }));

  it("fails with the first error, and closes the other connections", () =>
    withListener(async (listener) => {
      const failure = new Error("a handler's failure");
      const serving = errorOf(
        listener.serve(async (stream) => {
          if ((await stream.receive())[0] === 1) throw failure;
          await sleepForever();
        }),
      );
      const [bystander, culprit] = [await connectTo(listener), await connectTo(listener)];
      await bystander.send(Uint8Array.of(0));
      await settle();

      await culprit.send(Uint8Array.of(1));

      expect(await serving).toBe(failure);
      await caught(bystander.receive(), EndOfStreamError);
      for (const client of [bystander, culprit]) await client.close();
    }));

  it("is not ended by a client that is gone before its answer is, where there is onError", () =>
    withListener(async (listener) => {
      const errors: unknown[] = [];
      await withTaskGroup(async (tg) => {
        tg.startSoon(() =>
          listener.serve(
            async (stream) => {
              if ((await stream.receive())[0] === 1) {
                await sleep(20);
                for (;;) await stream.send(new Uint8Array(1_000));
              }
              await stream.send(Uint8Array.of(7));
            },
            { onError: (error) => void errors.push(error) },
          ),
        );
        const rude = await connectTo(listener);
        await rude.send(Uint8Array.of(1));
        await forceClose(rude);
        await sleep(50);

        const polite = await connectTo(listener);
        await polite.send(Uint8Array.of(0));
        expect([...(await polite.receive())]).toEqual([7]);
        await polite.close();
        tg.cancel();
      });

      expect(errors).toMatchObject([{ name: "BrokenResourceError" }]);
    }));

  it("tells onError whose connection it was, also of one that was reset", () =>
    withListener(async (listener) => {
      const told: unknown[] = [];
      await withTaskGroup(async (tg) => {
        tg.startSoon(() =>
          listener.serve((stream) => stream.receive(), {
            onError: (_, stream) => {
              told.push(stream.extra(SocketAttribute.remotePort));
              tg.cancel();
            },
          }),
        );
        const client = await connectTo(listener);
        told.push(client.extra(SocketAttribute.localPort));
        await settle();
        (client.extra(SocketAttribute.rawSocket) as Socket).resetAndDestroy();
        await sleepForever();
      });

      expect(told).toHaveLength(2);
      expect(told[1]).toBe(told[0]);
    }));

  it("lets onError send a last word", () =>
    withListener(async (listener) => {
      await withTaskGroup(async (tg) => {
        tg.startSoon(() =>
          listener.serve(() => Promise.reject(new Error("no")), {
            onError: (error, stream) => stream.send(Buffer.from((error as Error).message)),
          }),
        );
        const client = await connectTo(listener);

        expect(Buffer.from(await client.receive()).toString()).toBe("no");
        await caught(client.receive(), EndOfStreamError);
        await client.close();
        tg.cancel();
      });
    }));

  it("sends what a cancelled send has left before it closes the stream", () =>
    withListener(async (listener) => {
      const size = 20_000_000;
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => listener.serve((stream) => moveOnAfter(20, () => stream.send(new Uint8Array(size)))));
        const client = await connectTo(listener);
        await sleep(50);
        let received = 0;
        for await (const bytes of client) received += bytes.length;

        expect(received).toBe(size);
        await client.close();
        tg.cancel();
      });
    }));

  it("refuses a handler that is no function", () =>
    withListener(async (listener) => {
      const error = await caught(listener.serve(undefined as never), TypeError);

      expect(error.message).toBe("handler must be a function, not undefined");
    }));

  it("refuses to be called twice at once", () =>
    withListener(async (listener) => {
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => listener.serve(() => {}));
        await settle();

        await caught(
          listener.serve(() => {}),
          BusyResourceError,
        );
        tg.cancel();
      });
    }));
});

describe("the attributes of a SocketListener", () => {
  it("tell where it listens", () =>
    withListener(async (listener) => {
      const { address, port } = (listener.extra(SocketAttribute.rawSocket) as Server).address() as {
        address: string;
        port: number;
      };

      expect(listener.extra(SocketAttribute.family)).toBe("ipv4");
      expect(listener.extra(SocketAttribute.localAddress)).toEqual([address, port]);
      expect(listener.extra(SocketAttribute.localPort)).toBe(port);
    }));

  it("tell that of a socket of Node's", async () => {
    const listener = await createUnixListener(path("told"));
    const socket = connect(path("told"));
    const served = await listener.accept();

    expect(listener.extra(SocketAttribute.family)).toBe("unix");
    expect(listener.extra(SocketAttribute.localAddress)).toBe(path("told"));
    expect(listener.extra(SocketAttribute.localPort, null)).toBe(null);
    expect(served.extra(SocketAttribute.localAddress)).toBe(path("told"));
    expect(served.extra(SocketAttribute.remoteAddress)).toBe("");
    socket.destroy();
    await served.close();
    await listener.close();
  });
});
