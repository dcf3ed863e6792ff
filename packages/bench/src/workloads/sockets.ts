import { type Contestant, familyOf, required, type Session, type Transport } from "../contestants/contestant.js";
import { whyNoPython } from "../contestants/python-anyio/find-python.js";
import type { Effort } from "../measure/effort.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

const CONNECTIONS = 50;
const IN_FLIGHT = 32;
const AT_ONCE = 10;

const requests: Workload = {
  name: "requests",
  title: `64 bytes there and back over ${CONNECTIONS} connections at once, per request`,
  metrics: { time: "ns" },
  size: 10_000,
  smokeSize: 200,
  contestants: ["anyio", "node-net", "node-net-loop", "python-anyio"],
  get leftOut() {
    return whyNoPython();
  },
  async run(contestant, times, effort) {
    const session = await required(familyOf(contestant, "sockets").requests)(CONNECTIONS);
    return { time: await timeOf(session, times, effort) };
  },
};

const connections: Workload = {
  name: "connections",
  title: `connected to, greeted with one byte, and closed; ${AT_ONCE} at once, per connection`,
  metrics: { time: "ns" },
  size: 500,
  smokeSize: 50,
  contestants: ["anyio", "node-net"],
  async run(contestant, times, effort) {
    const session = await required(familyOf(contestant, "sockets").connections)(AT_ONCE);
    return { time: await timeOf(session, times, effort) };
  },
};

const datagrams: Workload = {
  name: "datagrams",
  title: `64 bytes by UDP and back, ${IN_FLIGHT} on their way at once, per datagram`,
  metrics: { time: "ns" },
  size: 5_000,
  smokeSize: 100,
  contestants: ["anyio", "node-net"],
  async run(contestant, times, effort) {
    const session = await required(familyOf(contestant, "sockets").datagrams)(IN_FLIGHT);
    return { time: await timeOf(session, times, effort) };
  },
};

const idle: Workload = {
  name: "idle-connections",
  title: "what a server takes whose clients say nothing, per connection",
  metrics: { heap: "B", resident: "B" },
  size: 5_000,
  smokeSize: 20,
  contestants: ["anyio", "node-net", "node-net-loop"],
  run: bytesPerConnection,
};

/** In the order of the table. */
export const sockets: readonly Workload[] = [
  requests,
  upload("upload", "tcp", "over one TCP connection"),
  upload("upload-tls", "tls", "over one TLS connection, whose end may be ragged"),
  upload("upload-tls-strict", "tls-strict", "over one TLS connection that ends in order"),
  datagrams,
  connections,
  idle,
];

function upload(name: string, transport: Transport, over: string): Workload {
  return {
    name,
    title: `bytes sent by one process and counted by another ${over}, per MiB`,
    metrics: { time: "ns" },
    size: 256,
    smokeSize: 1,
    contestants: transport === "tcp" ? ["anyio", "node-net", "node-net-loop"] : ["anyio", "node-net"],
    async run(contestant, mib, effort) {
      const session = await required(familyOf(contestant, "sockets").upload)(transport);
      return { time: await timeOf(session, mib, effort) };
    },
  };
}

async function timeOf(session: Session, times: number, effort: Effort): Promise<number> {
  const time = await timePerOperation(times, () => session.repeat(times), effort);
  await session.close();
  return time;
}

async function bytesPerConnection(contestant: Contestant, connected: number) {
  const session = await required(familyOf(contestant, "sockets").idle)();
  // What is compiled and allocated once is no connection's.
  await session.connect(10);
  const before = await session.memory();
  await session.connect(connected);
  const after = await session.memory();
  await session.close();
  return {
    heap: (after.heap - before.heap) / connected,
    resident: (after.resident - before.resident) / connected,
  };
}
