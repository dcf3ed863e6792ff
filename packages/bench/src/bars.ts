import type { PeerName } from "./contestants/index.js";

/** What a figure of ours has to stay below, with where that was promised. */
export interface Bar {
  readonly rule: Rule;
  readonly atMost: number;
  /** The runtimes it was stated for, as beginnings of "node 24.9.0"; on others it isn't applied. */
  readonly on: readonly string[];
  readonly source: string;
}

export type Rule =
  /** Ours divided by a peer's. */
  | { readonly kind: "ratio"; readonly workload: string; readonly metric: string; readonly against: PeerName }
  /** Ours itself, in the metric's unit. */
  | { readonly kind: "value"; readonly workload: string; readonly metric: string }
  /** Ours in whichever size it is largest, divided by ours in the smallest size: all whose name begins so. */
  | { readonly kind: "growth"; readonly workloads: string; readonly metric: string };

const NODE = ["node 24.", "node 26."];
const EVERYWHERE = ["node ", "bun ", "deno "];
const TABLE = "issue 2, part 4, the table of bars";
const TEXT = "issue 2, part 4, below the table of bars";
const SYNC = "the issue on sync and streams, its bars";
const NET = "the issue on networking, its bars";
const PROCESSES = "the issue on subprocesses, files and signals, its bars";
const THREADS = "the issue on threads, its bars";
const FAIRNESS = "the design, 4.3";

const against = (workload: string, metric: string, peer: PeerName, atMost: number, source = TABLE): Bar => ({
  rule: { kind: "ratio", workload, metric, against: peer },
  atMost,
  on: NODE,
  source,
});

/** Against hand-written code, whichever way it listens for cancellation. */
const againstNative = (workload: string, metric: string, atMost: number): readonly Bar[] =>
  (["native", "native-lean"] as const).map((peer) => against(workload, metric, peer, atMost, SYNC));

/** Below every peer. */
const below = (workload: string, peers: readonly PeerName[]): readonly Bar[] =>
  peers.map((peer) => against(workload, "time", peer, 1.0, SYNC));

const value = (workload: string, metric: string, atMost: number, source: string): Bar => ({
  rule: { kind: "value", workload, metric },
  atMost,
  on: EVERYWHERE,
  source,
});

const growth = (workloads: string, metric: string, atMost: number, source = TEXT): Bar => ({
  rule: { kind: "growth", workloads, metric },
  atMost,
  on: NODE,
  source,
});

export const BARS: readonly Bar[] = [
  against("spawn", "time", "native", 0.8),
  against("spawn", "time", "native-lean", 1.0),
  against("spawn", "time", "effect", 0.12),

  against("timeout-return", "time", "native", 1.2),
  against("timeout-return", "time", "effect", 0.4),
  against("timeout-await", "time", "native", 1.2),
  against("timeout-await", "time", "effect", 0.4),

  against("cancel-sleepers", "time", "native-lean", 1.2),
  against("cancel-sleepers", "time", "effect", 0.3),

  against("nested", "time", "native", 0.5),
  against("nested", "time", "native-lean", 1.2),
  against("tree", "time", "native", 0.5),
  against("tree", "time", "native-lean", 1.2),

  against("blocked", "memory", "native", 1.2),
  against("blocked", "memory", "effect", 0.7),

  growth("growth-time-", "time", 1.5),
  growth("growth-memory-", "memory", 1.5),

  value("fairness", "timer late by", 25, FAIRNESS),
  value("fairness", "timeout after", 250, FAIRNESS),

  value("million-checkpoint", "heap", 1_024, TEXT),
  value("million-timeout", "heap", 1_024, TEXT),
  value("million-spawn", "heap", 1_024, TEXT),
  value("million-suspend", "heap", 1_024, TEXT),

  ...againstNative("rendezvous", "time", 1.5),
  against("rendezvous", "time", "effect", 0.3, SYNC),
  ...againstNative("capacity-100", "time", 1.1),
  ...below("capacity-100", ["effect", "effection", "web-streams", "node-streams", "events-on"]),
  ...againstNative("ten-by-ten", "time", 1.1),
  ...below("ten-by-ten", ["effect", "effection", "web-streams"]),

  ...againstNative("receive-blocked", "memory", 1.0),

  ...againstNative("lock", "time", 1.3),
  ...below("lock", ["effect", "effection", "async-mutex", "p-limit", "p-queue"]),
  ...againstNative("contended-lock", "time", 1.3),
  ...againstNative("contended-semaphore", "time", 1.3),

  against("lines", "time", "readline", 1.0, SYNC),

  // A rate of at least 0.85 is a time of at most 1 / 0.85.
  against("requests", "time", "node-net", 1 / 0.85, NET),
  against("requests", "time", "python-anyio", 1 / 3, NET),
  against("upload", "time", "node-net", 1 / 0.9, NET),
  against("upload-tls", "time", "node-net", 1 / 0.9, NET),
  against("upload-tls-strict", "time", "node-net", 1 / 0.6, NET),
  against("idle-connections", "resident", "node-net", 1.3, NET),

  ...["process", "processes-at-once"].flatMap((workload) => [
    against(workload, "time", "child-process", 1.1, PROCESSES),
    against(workload, "time", "execa", 0.8, PROCESSES),
  ]),
  ...["output-streamed-64", "output-streamed-1024"].map((workload) =>
    against(workload, "time", "child-process", 1 / 0.9, PROCESSES),
  ),
  // What one process holds at once of another's output does not grow with it.
  growth("output-streamed-", "resident", 1.5, PROCESSES),
  against("file-lines", "time", "readline", 1.0, PROCESSES),
  against("file-lines", "time", "readline-events", 1.0, PROCESSES),

  ...["thread-one", "thread-two"].flatMap((workload) => [
    against(workload, "time", "worker-threads", 1.15, THREADS),
    against(workload, "time", "piscina", 0.9, THREADS),
  ]),
  against("thread-first", "time", "worker-threads", 1.1, THREADS),
];
