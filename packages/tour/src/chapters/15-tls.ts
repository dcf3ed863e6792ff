import { BrokenResourceError } from "@anyio/core";
import { connectTcp, createTcpListener, SocketAttribute, TLSAttribute, TLSListener, TLSStream } from "@anyio/net";
import { Event } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import { type Credentials, makeCredentials } from "../credentials.js";
import type { Narrator } from "../narrator.js";

export const title = "TLS, and a message that was cut short";

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A bank takes orders over TLS. Its certificate is made on the spot, for the name bank.test, and trusts itself.",
  );
  const credentials = await makeCredentials("bank.test");
  const trusted = { serverName: "bank.test", tlsOptions: { ca: credentials.cert } };

  say.part("Who is there?");
  await withBank(say, credentials, true, async (port) => {
    await using stream = await connectTcp("127.0.0.1", port, trusted);
    say.step(`bank.test: ${stream.extra(TLSAttribute.tlsVersion)}, ${stream.extra(TLSAttribute.cipher).name}`);
    await refused(say, "casino.test", () => connectTcp("127.0.0.1", port, { ...trusted, serverName: "casino.test" }));
    await refused(say, "bank.test, by nobody's word", () => connectTcp("127.0.0.1", port, { serverName: "bank.test" }));
  });

  for (const standardCompatible of [false, true]) {
    say.part(
      standardCompatible
        ? "The same, standardCompatible: true (as it is unless told)"
        : "An order whose line is cut in the middle, standardCompatible: false",
    );
    await withBank(say, credentials, standardCompatible, async (port) => {
      await using tcp = await connectTcp("127.0.0.1", port);
      const tls = await TLSStream.wrap(tcp, { hostname: "bank.test", ca: credentials.cert });
      await tls.send(new TextEncoder().encode("pay 100"));
      say.step('Ada: "pay 100" of "pay 100000" is sent, when somebody on the way ends the connection');
      await tcp.sendEof();
    });
  }

  say.lesson(
    "TLS says goodbye before it hangs up, so that nobody on the way can pass off half a message as a whole one. Node's own " +
      "sockets hand both ends over as the same event. Here an end without a goodbye is an error, unless the protocol inside " +
      "knows by itself where its messages end, as HTTP does, and says standardCompatible: false.",
  );
}

/** Opens a bank for one visit. It closes once it has dealt with its visitor. */
async function withBank(
  say: Narrator,
  { key, cert }: Credentials,
  standardCompatible: boolean,
  visit: (port: number) => Promise<void>,
): Promise<void> {
  const tcp = await createTcpListener({ localHost: "127.0.0.1" });
  await using listener = new TLSListener(tcp, { key, cert, standardCompatible });
  await withTaskGroup(async (tg) => {
    const done = new Event();
    const handler = async (stream: TLSStream): Promise<void> => {
      await takeOrder(say, stream);
      done.set();
    };
    tg.startSoon(() => listener.serve(handler), { service: true, name: "bank" });
    await visit(tcp.extra(SocketAttribute.localPort));
    await done.wait();
  });
}

async function takeOrder(say: Narrator, stream: TLSStream): Promise<void> {
  let order = "";
  try {
    for await (const bytes of stream) order += new TextDecoder().decode(bytes);
    if (order !== "") say.step(`bank: the order is "${order}"; paid`);
  } catch (error) {
    if (!(error instanceof BrokenResourceError)) throw error;
    say.step(`bank: "${order}" is no order: ${error.message}`);
  }
}

async function refused(say: Narrator, name: string, connect: () => Promise<AsyncDisposable>): Promise<void> {
  try {
    await using _ = await connect();
  } catch (error) {
    if (!(error instanceof BrokenResourceError)) throw error;
    say.step(`${name}: refused, ${(error.cause as Error).message}`);
  }
}
