import { exec, type ExecException } from "node:child_process";
import { promisify } from "node:util";
import { abandonOnCancel, failAfter, sleep, TimeoutError } from "@anyio/core";
import { type Path, temporaryDirectory } from "@anyio/fs";
import { CalledProcessError, runProcess } from "@anyio/subprocess";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Running a command";

const LIMIT = 300;
/** The shell starts a compiler, which writes a log for as long as there is one, and waits for it. */
const BUILD = "while sleep 0.02 && [ -e log ]; do echo compiling >>log; done & wait";

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A command is run, and what it has written is its result. One of them is a build: a shell that starts a compiler, and " +
      `waits for it. The build has ${LIMIT} ms, and the compiler never ends.`,
  );

  say.part("What goes in, what comes out, and what goes wrong");
  const { stdout } = await runProcess(["sort", "-u"], { input: "pear\napple\npear\n" });
  say.step(`sort -u: ${new TextDecoder().decode(stdout).trim().split("\n").join(", ")}`);
  try {
    await runProcess(["sort", "no such file"]);
  } catch (error) {
    if (!(error instanceof CalledProcessError)) throw error;
    say.step(error.name);
    say.block(error.message);
  }

  say.part("The build by exec, with a timeout");
  await watched(say, async (directory) => {
    try {
      await abandonOnCancel(promisify(exec)(BUILD, { cwd: directory.toString(), timeout: LIMIT }));
    } catch (error) {
      say.step(`exec has thrown: the shell was killed by ${(error as ExecException).signal}`);
    }
  });
  say.step("nobody knows of the compiler any more, and nobody would have ended it; the tour did");

  say.part("The build by runProcess, in failAfter");
  await watched(say, async (directory) => {
    try {
      await failAfter(LIMIT, () => runProcess(BUILD, { cwd: directory.toString() }), { reason: "the build" });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      say.step(`${error.name}: the build did not finish within ${error.budget} ms`);
    }
  });
  say.step("who was started in the block was gone when it was left");

  say.lesson(
    "A signal to a child is not one to its children: the compiler, the browser of a test, the server behind npm start live " +
      "on. Here a child leads a group of its own, and the group is gone when the call returns, however it returns.",
  );
}

/** Draws how long the build takes, and how long its compiler runs; then it takes the log away, which ends what is left. */
async function watched(say: Narrator, build: (directory: Path) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  const log = directory.path.joinpath("log");
  await log.touch();
  const timeline = say.timeline();
  await withTaskGroup(async (tg) => {
    timeline.mark("build", "█");
    timeline.mark("compiler", " ");
    tg.startSoon(
      async () => {
        for (let before = 0; ;) {
          await sleep(60);
          const { size } = await log.stat();
          timeline.mark("compiler", size > before ? "█" : " ");
          before = size;
        }
      },
      { service: true },
    );
    await build(directory.path);
    timeline.mark("build", " ");
    await sleep(400);
  });
  timeline.draw();
}
