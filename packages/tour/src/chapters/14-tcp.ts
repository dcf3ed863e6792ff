import { createServer, connect as dial } from "node:net";
import { abandonOnCancel, moveOnAfter } from "@anyio/core";
import { connectTcp, createTcpListener, SocketAttribute, type SocketStream } from "@anyio/net";
import { Event } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "TCP, and how a server ends";

const PATIENCE = 400;

export async function tell(say: Narrator): Promise<void> {
  say.about("An echo server has two clients. One asks and goes. The other connects, says nothing and stays.");

  say.part("With callbacks");
  await withCallbacks(say);

  say.part("With a listener");
  await withListener(say);

  say.part("One client that nobody had thought of");
  await withStranger(say);

  say.lesson(
    "serve() runs a task for each client. Ending the server is ending these tasks, so it takes no list of connections, and " +
      "no timer that loses patience: when the group has returned, the port is free and nobody is connected. An error of " +
      "one client is told to onError, and is nobody else's.",
  );
}

async function withCallbacks(say: Narrator): Promise<void> {
  const [listening, connected] = [new Event(), new Event()];
  const server = createServer((socket) => {
    socket.pipe(socket);
    connected.set();
  });
  server.listen(0, "127.0.0.1", () => listening.set());
  await listening.wait();
  const address = server.address();
  const quiet = dial(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
  await connected.wait();

  say.step("server.close()");
  const closed = await moveOnAfter(PATIENCE, () => abandonOnCancel(closing()).then(() => true));
  if (closed === undefined) say.step("it is still not closed: it waits for the client that stays. The tour hangs up");
  quiet.destroy();

  function closing(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
    });
  }
}

async function withListener(say: Narrator): Promise<void> {
  await using listener = await createTcpListener({ localHost: "127.0.0.1" });
  const port = listener.extra(SocketAttribute.localPort);
  await withTaskGroup(async (tg) => {
    tg.startSoon(() => listener.serve((stream) => echo(say, stream)), { service: true, name: "server" });
    await using _ = await connectTcp("127.0.0.1", port);
    await ask(say, port, "how are you?");
    say.step("the body ends, and with it the server");
  });
  say.step("the group has returned");
}

async function withStranger(say: Narrator): Promise<void> {
  await using listener = await createTcpListener({ localHost: "127.0.0.1" });
  const port = listener.extra(SocketAttribute.localPort);
  const onError = (error: unknown): void => say.step(`server: told of ${String(error)}`);
  await withTaskGroup(async (tg) => {
    tg.startSoon(() => listener.serve((stream) => parse(say, stream), { onError }), { service: true, name: "server" });
    await ask(say, port, "{");
    await ask(say, port, '{ "name": "Ada" }');
  });
}

async function echo(say: Narrator, stream: SocketStream): Promise<void> {
  try {
    for await (const bytes of stream) await stream.send(bytes);
  } finally {
    say.step("server: a connection ends");
  }
}

async function parse(say: Narrator, stream: SocketStream): Promise<void> {
  for await (const bytes of stream) {
    const { name } = JSON.parse(new TextDecoder().decode(bytes));
    await stream.send(new TextEncoder().encode(`hello, ${name}`));
  }
  say.step("server: a client has said all it wanted");
}

async function ask(say: Narrator, port: number, question: string): Promise<void> {
  await using stream = await connectTcp("127.0.0.1", port);
  await stream.send(new TextEncoder().encode(question));
  await stream.sendEof();
  let answer = "";
  for await (const bytes of stream) answer += new TextDecoder().decode(bytes);
  say.step(`client: sent '${question}', was told ${answer === "" ? "nothing" : `'${answer}'`}`);
}
