import { sleep } from "@anyio/core";
import { Condition } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Condition: wait until it holds";

const LOAD = 3;
const VANS = ["red van", "blue van"];

export async function tell(say: Narrator): Promise<void> {
  say.about(
    `A lorry brings two parcels at a time. A van leaves with ${LOAD}, and loading takes a while. Two vans wait for the same ` +
      "parcels.",
  );

  say.part("Looking again every few ms");
  const yard = { parcels: 0 };
  await withTaskGroup((tg) => {
    for (const van of VANS) {
      tg.startSoon(async () => {
        while (yard.parcels < LOAD) await sleep(5);
        await load(say, van);
        yard.parcels -= LOAD;
        say.step(`${van} leaves; parcels in the yard: ${yard.parcels}`);
      });
    }
    tg.startSoon(async () => {
      for (let trip = 1; trip <= 2; trip++) {
        await sleep(50);
        yard.parcels += 2;
        say.level(yard.parcels, 0, `${yard.parcels} in the yard`);
      }
    });
  });
  say.step(`both saw the same ${LOAD} parcels; what was true when they looked was not when they took them`);

  say.part("With a Condition");
  const depot = new Condition();
  let stock = 0;
  await withTaskGroup((tg) => {
    for (const van of VANS) {
      tg.startSoon(async () => {
        using _ = await depot.acquire();
        await depot.waitFor(() => stock >= LOAD);
        await load(say, van);
        stock -= LOAD;
        say.level(stock, 0, `${van} leaves, ${stock} left`);
      });
    }
    tg.startSoon(async () => {
      for (let trip = 1; trip <= 3; trip++) {
        await sleep(50);
        using _ = await depot.acquire();
        stock += 2;
        say.level(stock, 0, `${stock} in the depot`);
        depot.notifyAll();
      }
    });
  });
  say.step("each van had its own parcels, and nobody looked while nothing had changed");

  say.lesson(
    "A condition is a lock and a queue: waiting gives the lock up, and has it again before it goes on. So what waitFor() " +
      "was told to wait for still holds in the next line, and the lines after it, until the lease ends.",
  );
}

async function load(say: Narrator, van: string): Promise<void> {
  say.step(`${van}: there are ${LOAD}, loading`);
  await sleep(40);
}
