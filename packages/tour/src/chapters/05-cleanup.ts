import { moveOnAfter, shield, sleep, TimeoutError } from "@anyio/core";
import type { Narrator } from "../narrator.js";

export const title = "Cleanup under cancellation";

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A transfer between two accounts is cancelled half-way, and has to be rolled back. Rolling back takes time, in a " +
      "scope that is cancelled.",
  );

  say.part("Without a shield");
  await moveOnAfter(100, async () => {
    try {
      await transfer(say);
    } finally {
      await rollBack(say, 80).catch((error: Error) => {
        say.step(`the rollback was refused: ${error.message}`);
        throw error;
      });
    }
  });
  say.step("the scope is left, and the money is nowhere");

  say.part("With a shield");
  await moveOnAfter(100, async () => {
    try {
      await transfer(say);
    } finally {
      await shield(() => rollBack(say, 80), { timeout: 500 });
    }
  });
  say.step("the scope is left");

  say.part("With a shield, and a database that does not answer");
  try {
    await moveOnAfter(100, async () => {
      try {
        await transfer(say);
      } finally {
        await shield(() => rollBack(say, 60_000), { timeout: 200 });
      }
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    say.step(`${error.name}: ${error.message}`);
  }

  say.lesson(
    "Cancellation holds until the scope is left, so cleanup that has to wait says so: in shield() it is out of reach. " +
      "Give it a timeout, and even a broken cleanup cannot hang the program.",
  );
}

async function transfer(say: Narrator): Promise<void> {
  say.step("100 taken from Ada");
  await sleep(1_000);
  say.step("100 given to Bob");
}

async function rollBack(say: Narrator, ms: number): Promise<void> {
  await sleep(ms);
  say.step("100 given back to Ada");
}
