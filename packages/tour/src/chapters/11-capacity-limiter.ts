import { sleep } from "@anyio/core";
import { CapacityLimiter } from "@anyio/sync";
import { amap, gather, withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Capacity limiter: no more than so many at once";

const CONNECTIONS = 3;
const PAGES = ["page 1", "page 2", "page 3", "page 4"];
const REPORTS = ["report 1", "report 2", "report 3"];

export async function tell(say: Narrator): Promise<void> {
  say.about(
    `A database takes ${CONNECTIONS} connections. Two parts of a program use it, and know nothing of each other: one ` +
      "shows pages, the other makes reports.",
  );

  say.part("Each part with a limit of its own");
  const database = new Database();
  const careful = (name: string): Promise<void> =>
    database.query(70).catch((error: Error) => say.step(`${name}: ${error.message}`));
  await gather([() => amap(careful, PAGES, { limit: 3 }), () => amap(careful, REPORTS, { limit: 3 })]);
  say.step(`refused: ${database.refused} of ${database.asked}. Each part kept its limit; the database has only one`);

  say.part("One CapacityLimiter for the database");
  const limiter = new CapacityLimiter(CONNECTIONS);
  const timeline = say.timeline();
  const patient = async (name: string): Promise<void> => {
    timeline.mark(name, "·");
    using _ = await limiter.acquire();
    timeline.mark(name, "█");
    await database.query(70);
    timeline.mark(name, " ");
  };
  await gather([() => amap(patient, PAGES), () => amap(patient, REPORTS)]);
  timeline.draw();
  say.step("nobody was refused: · waits for a connection, █ has one, and who came first is served first");

  say.part("The limit moves while they wait");
  const moving = say.timeline();
  limiter.totalTokens = 1;
  await withTaskGroup(async (tg) => {
    for (const name of [...PAGES, ...REPORTS]) {
      moving.mark(name, "·");
      tg.startSoon(() =>
        limiter.run(async () => {
          moving.mark(name, "█");
          await sleep(70);
          moving.mark(name, " ");
        }),
      );
    }
    await sleep(105);
    const { borrowedTokens, tasksWaiting } = limiter.statistics();
    say.step(`one connection: ${borrowedTokens} has it, ${tasksWaiting} wait. Now there are four`);
    limiter.totalTokens = 4;
  });
  moving.draw();

  say.lesson(
    "A limit belongs to what is scarce, not to the loops that use it. A limiter is shared by whoever needs the resource; " +
      "a lease gives its token back however the block ends, and a task that is cancelled in the queue takes none with it.",
  );
}

/** Answers so many at once, and refuses the rest. */
class Database {
  #open = 0;
  asked = 0;
  refused = 0;

  async query(ms: number): Promise<void> {
    this.asked++;
    if (this.#open === CONNECTIONS) {
      this.refused++;
      throw new Error("the database refuses: too many connections");
    }
    this.#open++;
    await sleep(ms);
    this.#open--;
  }
}
