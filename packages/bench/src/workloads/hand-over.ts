import { familyOf, type HandOverFamily } from "../contestants/contestant.js";
import { type ContestantName, GENERALISTS } from "../contestants/index.js";
import { expectEqual } from "../measure/expect-equal.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

interface Description {
  readonly name: string;
  readonly title: string;
  readonly capacity: number;
  /** How many produce, and how many consume. */
  readonly each: number;
  readonly read: "receive" | "iterate";
  /** Who can do it besides the generalists. */
  readonly specialists: readonly ContestantName[];
}

const BUFFERING = ["web-streams", "node-streams", "events-on"] as const;

export const handOvers: readonly Workload[] = [
  handOver({
    name: "rendezvous",
    title: "items from a producer to a consumer that wait for each other",
    capacity: 0,
    each: 1,
    read: "receive",
    specialists: ["web-streams"],
  }),
  handOver({
    name: "rendezvous-iterate",
    title: "items from a producer to a consumer that wait for each other, in a loop over the channel",
    capacity: 0,
    each: 1,
    read: "iterate",
    specialists: ["web-streams"],
  }),
  handOver({
    name: "capacity-100",
    title: "items from a producer to a consumer through a buffer of 100",
    capacity: 100,
    each: 1,
    read: "receive",
    specialists: BUFFERING,
  }),
  handOver({
    name: "capacity-100-iterate",
    title: "items from a producer to a consumer through a buffer of 100, in a loop over the channel",
    capacity: 100,
    each: 1,
    read: "iterate",
    specialists: BUFFERING,
  }),
  handOver({
    name: "ten-by-ten",
    title: "items from 10 producers to 10 consumers through a buffer of 100",
    capacity: 100,
    each: 10,
    read: "receive",
    specialists: ["web-streams"],
  }),
];

function handOver({ name, title, capacity, each, read, specialists }: Description): Workload {
  return {
    name,
    title: `${title}, per item`,
    metrics: { time: "ns" },
    size: 100_000,
    smokeSize: 1_000,
    contestants: [...GENERALISTS, ...specialists],
    async run(contestant, items, effort) {
      const family = familyOf(contestant, "handOver");
      await proveCapacity(family, capacity);
      const once = async () => {
        const ledger = new Ledger(each);
        await family[read]({ capacity, producers: each, consumers: each, items, begin: ledger.begin });
        return ledger.close();
      };
      return { time: await timePerOperation(items, once, effort) };
    },
  };
}

/** What is timed has to hold up its senders: as many items go in as it holds, and the next when one is received. */
async function proveCapacity(family: HandOverFamily, capacity: number): Promise<void> {
  let sent: number | undefined;
  await family.fill(capacity, 3 * capacity + 10, (count) => {
    sent = count;
  });
  expectEqual("sends that completed while nobody received", sent, capacity);
}

/** Sees to it that every item is received once, and that no consumer has those of one producer out of order. */
class Ledger {
  readonly #producers: number;
  #received = 0;
  #sum = 0;
  #outOfOrder = 0;

  constructor(producers: number) {
    this.#producers = producers;
  }

  readonly begin = (): ((item: number) => void) => {
    const last = Array.from({ length: this.#producers }, () => -1);
    return (item) => {
      const producer = item % this.#producers;
      if (item <= (last[producer] ?? Infinity)) this.#outOfOrder += 1;
      last[producer] = item;
      this.#sum += item;
      this.#received += 1;
    };
  };

  /** Returns how many items were received. */
  close(): number {
    expectEqual("items out of order", this.#outOfOrder, 0);
    expectEqual("sum of the items", this.#sum, (this.#received * (this.#received - 1)) / 2);
    return this.#received;
  }
}
