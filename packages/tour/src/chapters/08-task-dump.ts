import { dumpTasks, failAfter, shield, sleep, sleepForever } from "@anyio/core";
import { type TaskHandle, withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "What is it waiting for?";

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A shop that has stopped: payment waits for shipping, and shipping for payment. Nothing fails and nothing moves. " +
      "dumpTasks() shows why.",
  );

  say.part("The shop");
  await withTaskGroup(
    async (tg) => {
      const shipping: TaskHandle<void> = tg.startSoon(() => payment.result(), { name: "shipping" });
      const payment: TaskHandle<void> = tg.startSoon(() => shipping.result(), { name: "payment" });
      for (let till = 1; till <= 3; till++) tg.startSoon(sleepForever, { name: `till ${till}` });
      tg.startSoon(() => failAfter(30_000, () => sleep(60_000)), { name: "stocktaking" });
      tg.startSoon(() => shield(() => sleep(600)), { name: "closing the books" });

      await sleep(300);
      say.step("still nothing. Who waits for what?");
      say.block(dumpTasks());

      tg.cancel("the shop is stuck");
      say.step("cancelled; the group waits for what is shielded");
    },
    { name: "shop" },
  );
  say.step("the group has returned");

  say.lesson(
    "Every task has a name, an age, and a reason for waiting. A second Ctrl-C prints this tree for any program under " +
      "run(); with ANYIO_DEBUG=1 it also says where each task was started.",
  );
}
