import type { Contestant } from "./contestant.js";

/** Those that have groups, timeouts and cancellation, and take part unless a workload says otherwise. Ours first. */
export const GENERALISTS = ["anyio", "native", "native-lean", "native-bare", "effect", "effection"] as const;

/** Those that do one job, and take part where that is the work. */
const SPECIALISTS = [
  "async-mutex",
  "p-limit",
  "p-queue",
  "web-streams",
  "node-streams",
  "events-on",
  "readline",
  "readline-events",
  "node-net",
  "node-net-loop",
  "python-anyio",
  "child-process",
  "child-process-loop",
  "execa",
  "fs-promises",
  "worker-threads",
  "piscina",
  "tinypool",
  "synckit",
] as const;

/** In the order of the table's columns. */
export const CONTESTANTS = [...GENERALISTS, ...SPECIALISTS] as const;
export type ContestantName = (typeof CONTESTANTS)[number];
export type PeerName = Exclude<ContestantName, "anyio">;

/** Loads one contestant and its library, and no other. */
export async function loadContestant(name: ContestantName): Promise<Contestant> {
  switch (name) {
    case "anyio":
      return (await import("./anyio/index.js")).anyio;
    case "native":
      return (await import("./native/index.js")).native;
    case "native-lean":
      return (await import("./native-lean/index.js")).nativeLean;
    case "native-bare":
      return (await import("./native-bare/index.js")).nativeBare;
    case "effect":
      return (await import("./effect/index.js")).effect;
    case "effection":
      return (await import("./effection/index.js")).effection;
    case "async-mutex":
      return (await import("./async-mutex/index.js")).asyncMutex;
    case "p-limit":
      return (await import("./p-limit/index.js")).limit;
    case "p-queue":
      return (await import("./p-queue/index.js")).queue;
    case "web-streams":
      return (await import("./web-streams/index.js")).webStreams;
    case "node-streams":
      return (await import("./node-streams/index.js")).nodeStreams;
    case "events-on":
      return (await import("./events-on/index.js")).eventsOn;
    case "readline":
      return (await import("./readline/index.js")).readline;
    case "readline-events":
      return (await import("./readline-events/index.js")).readlineEvents;
    case "node-net":
      return (await import("./node-net/index.js")).nodeNet;
    case "node-net-loop":
      return (await import("./node-net-loop/index.js")).nodeNetLoop;
    case "python-anyio":
      return (await import("./python-anyio/index.js")).pythonAnyio;
    case "child-process":
      return (await import("./child-process/index.js")).childProcess;
    case "child-process-loop":
      return (await import("./child-process-loop/index.js")).childProcessLoop;
    case "execa":
      return (await import("./execa/index.js")).execa;
    case "fs-promises":
      return (await import("./fs-promises/index.js")).fsPromises;
    case "worker-threads":
      return (await import("./worker-threads/index.js")).workerThreads;
    case "piscina":
      return (await import("./piscina/index.js")).piscina;
    case "tinypool":
      return (await import("./tinypool/index.js")).tinypool;
    case "synckit":
      return (await import("./synckit/index.js")).synckit;
  }
}
