import { failAfter, moveOnAfter, sleep, TimeoutError } from "@anyio/core";
import { createConnectedUdpSocket, createUdpSocket, SocketAttribute, type UDPSocket } from "@anyio/net";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "UDP: datagrams get lost";

const PATIENCE = 80;
const READINGS = 8;

export async function tell(say: Narrator): Promise<void> {
  say.about("A thermometer answers by UDP. It ignores every other question, as networks do.");

  say.part(`Asking again after ${PATIENCE} ms`);
  await using thermometer = await createUdpSocket({ localHost: "127.0.0.1" });
  const port = thermometer.extra(SocketAttribute.localPort);
  await withTaskGroup(async (tg) => {
    tg.startSoon(() => answerEveryOther(thermometer), { service: true, name: "thermometer" });
    for (let question = 1; question <= 2; question++) say.step(`it is ${await ask(say, port)}`);
  });

  say.part("A listener that is slow, with room for 3");
  await using slow = await createUdpSocket({ localHost: "127.0.0.1", maxQueue: 3 });
  await using fast = await createConnectedUdpSocket("127.0.0.1", slow.extra(SocketAttribute.localPort));
  for (let reading = 1; reading <= READINGS; reading++) {
    await fast.send(new TextEncoder().encode(`reading ${reading}`));
  }
  await arrived(slow, READINGS);
  const { queued, dropped } = slow.statistics();
  say.level(queued, 3, `${queued} kept, ${dropped} dropped`);
  const [oldest] = await slow.receive();
  say.step(`the oldest that is kept: ${new TextDecoder().decode(oldest)}`);

  say.lesson(
    "Nobody hears of a datagram that got lost, so every wait for an answer needs a limit, and a limit is one line. Where they " +
      "come faster than they are read, the oldest go first, and are counted: memory is bounded here too.",
  );
}

async function ask(say: Narrator, port: number): Promise<string> {
  await using socket = await createConnectedUdpSocket("127.0.0.1", port);
  for (;;) {
    try {
      await socket.send(new TextEncoder().encode("how warm is it?"));
      return new TextDecoder().decode(await failAfter(PATIENCE, () => socket.receive()));
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      say.step("no answer: asking again");
    }
  }
}

async function answerEveryOther(socket: UDPSocket): Promise<void> {
  let questions = 0;
  for await (const [, [host, port]] of socket) {
    questions++;
    if (questions % 2 === 0) await socket.sendTo(new TextEncoder().encode(`${20 + questions / 2} °C`), host, port);
  }
}

/** Waits until so many datagrams have come, whether they were kept or dropped; for a second at the most, for they get lost. */
async function arrived(socket: UDPSocket, datagrams: number): Promise<void> {
  const isMissing = (): boolean => {
    const { queued, dropped } = socket.statistics();
    return queued + dropped < datagrams;
  };
  await moveOnAfter(1_000, async () => {
    while (isMissing()) await sleep(10);
  });
}
