import { handleGroup, on, rethrowIfCancelled, sleep } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Errors from several tasks";

export async function tell(say: Narrator): Promise<void> {
  say.about("The first task that fails cancels the others. The group waits for their cleanup, then throws.");

  say.part("One task fails: its own error arrives");
  try {
    await withTaskGroup(async (tg) => {
      tg.startSoon(() => upload(say, "photo.jpg", 1_000));
      tg.startSoon(() => failAt(60, new HttpError(503)));
    });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    say.step(`caught by an ordinary instanceof: ${error.message}`);
  }

  say.part("Three fail: all of them arrive, each kind where it belongs");
  try {
    await withTaskGroup(
      async (tg) => {
        tg.startSoon(() => failAt(60, new HttpError(503)));
        tg.startSoon(() => failInCleanup(new HttpError(409)));
        tg.startSoon(() => failInCleanup(new DiskError("backup")));
      },
      { name: "sync" },
    );
  } catch (error) {
    rethrowIfCancelled(error);
    say.step(`caught: ${(error as Error).message}`);
    await handleGroup(
      error,
      on(HttpError, (group) => {
        const statuses = group.leaves().map(({ status }) => status);
        say.step(`the clause for HttpError got ${statuses.join(" and ")}`);
      }),
      on(DiskError, (group) => {
        const disks = group.leaves().map(({ disk }) => disk);
        say.step(`the clause for DiskError got ${disks.join(" and ")}`);
      }),
    );
  }

  say.lesson(
    "Promise.all shows the first error, drops the rest, and leaves the other calls running. A group loses none: one error " +
      "is thrown as itself, several as an ExceptionGroup, and handleGroup() treats both alike. What no clause takes is " +
      "thrown on.",
  );
}

class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(readonly status: number) {
    super(`the server answered ${status}`);
  }
}

class DiskError extends Error {
  override readonly name = "DiskError";

  constructor(readonly disk: string) {
    super(`disk ${disk} is full`);
  }
}

async function upload(say: Narrator, name: string, ms: number): Promise<void> {
  try {
    await sleep(ms);
  } finally {
    say.step(`${name}: cancelled by its sibling's failure, connection closed`);
  }
}

async function failAt(ms: number, error: Error): Promise<never> {
  await sleep(ms);
  throw error;
}

async function failInCleanup(error: Error): Promise<void> {
  try {
    await sleep(1_000);
  } catch {
    throw error;
  }
}
