import { familyOf, type Passing, required, type Session, type ThreadsFamily } from "../contestants/contestant.js";
import type { ContestantName } from "../contestants/index.js";
import { whyNoPython } from "../contestants/python-anyio/find-python.js";
import { expectEqual } from "../measure/expect-equal.js";
import { timeAsTold, timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

const POOLS = ["anyio", "worker-threads", "piscina", "tinypool"] as const;
const POOLS_AND_PYTHON = [...POOLS, "python-anyio"] as const;

const MIB = 1024 * 1024;
/** To count the primes below takes a good processor some 10 ms. */
const LIMIT = 100_000;
const PRIMES = 9_592;

const primes: Workload = {
  name: "thread-primes",
  title: "calls of some 10 ms, all there from the beginning, by two threads, per call",
  metrics: { time: "ns" },
  size: 1_000,
  smokeSize: 4,
  contestants: POOLS,
  async run(contestant, times, effort) {
    const count = required(familyOf(contestant, "threads").primes);
    const once = async () => (await count(2, times, LIMIT)) / PRIMES;
    // They take seconds, and are their own warm-up.
    return { time: await timePerOperation(times, once, { ...effort, warmUpMs: 0, samples: 1 }) };
  },
};

const first: Workload = {
  name: "thread-first",
  title: "a pool's first call, which starts a thread, up to its result",
  metrics: { time: "ns" },
  size: 10,
  smokeSize: 1,
  contestants: POOLS,
  async run(contestant, times, effort) {
    const firstCall = required(familyOf(contestant, "threads").firstCall);
    const once = async () => {
      let took = 0;
      const begun = performance.now();
      await firstCall((sum) => {
        took = performance.now() - begun;
        expectEqual("0 and one", sum, 1);
      });
      return took;
    };
    return { time: await timeAsTold(times, once, effort) };
  },
};

/** In the order of the table. */
export const threads: readonly Workload[] = [
  counting("thread-one", "a function called in a thread, one call after the other, per call", {
    contestants: POOLS_AND_PYTHON,
    open: ({ roundTrips }) => roundTrips?.(1),
  }),
  counting("thread-two", "a function called in two threads, in each one call after the other, per call", {
    contestants: POOLS_AND_PYTHON,
    open: ({ roundTrips }) => roundTrips?.(2),
  }),
  primes,
  passing("transfer", 200, "handed over to a thread and back"),
  passing("clone", 4, "copied to a thread and back"),
  first,
  counting("thread-call-backs", "called from a thread, blocked meanwhile, in the event loop that called it, per call", {
    contestants: ["anyio", "worker-threads", "python-anyio"],
    open: ({ callBacks }) => callBacks?.(),
  }),
  counting("thread-blocking", "called from the main thread, blocked meanwhile, in an event loop elsewhere, per call", {
    contestants: ["anyio", "worker-threads", "synckit", "python-anyio"],
    open: ({ blockingCalls }) => blockingCalls?.(),
  }),
];

interface Counting {
  readonly contestants: readonly ContestantName[];
  readonly open: (family: ThreadsFamily) => Promise<Session> | undefined;
}

/** Numbers that have one added, a call for each. */
function counting(name: string, title: string, { contestants, open }: Counting): Workload {
  return {
    name,
    title,
    metrics: { time: "ns" },
    size: 5_000,
    smokeSize: 50,
    contestants,
    get leftOut() {
      return whyNoPython();
    },
    async run(contestant, times, effort) {
      const session = required(await open(familyOf(contestant, "threads")));
      const time = await timePerOperation(times, () => session.repeat(times), effort);
      await session.close();
      return { time };
    },
  };
}

function passing(how: Passing, size: number, there: string): Workload {
  return {
    name: `thread-${how}`,
    title: `64 MiB ${there}, per time`,
    metrics: { time: "ns" },
    size,
    smokeSize: 1,
    contestants: POOLS,
    async run(contestant, times, effort) {
      const session = await required(familyOf(contestant, "threads").passing)(how);
      let bytes = new Uint8Array(64 * MIB);
      const once = async () => {
        let done = 0;
        for (; done < times; done += 1) {
          const stamped = ((bytes[0] ?? 0) + 1) % 256;
          bytes = await session.pass(bytes);
          expectEqual("the first byte", bytes[0], stamped);
          expectEqual("bytes", bytes.length, 64 * MIB);
        }
        return done;
      };
      const time = await timePerOperation(times, once, effort);
      await session.close();
      return { time };
    },
  };
}
