import * as fc from "fast-check";
import { describe, it } from "vitest";
import { moveOnAfter, sleep } from "@anyio/core";
import { openProcess, type Process } from "@anyio/subprocess";
import { withTaskGroup } from "@anyio/task-groups";
import { check } from "#support/property";
import { Mark, watchProcessTable } from "./support/marked.js";

watchProcessTable();

const COMMANDS = [
  "cat",
  "exit 3",
  "sleep 60 | sleep 61",
  "sleep 60 & exit 0",
  "trap '' TERM; sleep 60; sleep 61",
  "kill -STOP $$",
  "yes",
];

const STEPS: Record<string, (process: Process) => unknown> = {
  wait: (process) => process.wait(),
  terminate: (process) => process.terminate(),
  kill: (process) => process.kill(),
  stop: (process) => process.sendSignal("SIGSTOP"),
  go: (process) => process.sendSignal("SIGCONT"),
  send: (process) => process.stdin?.send(new Uint8Array(100_000)),
  sendEof: (process) => process.stdin?.close(),
  receive: (process) => process.stdout?.receive(),
  close: (process) => process.close(),
};

/** What one task does to a process, after how many ms, and for how long at most. */
const action = fc.record({
  step: fc.constantFrom(...Object.keys(STEPS)),
  after: fc.nat(20),
  within: fc.nat(30),
});

describe("Process, whatever is done to it", () => {
  it("is gone with its descendants when its task is", async () => {
    await check(
      fc.asyncProperty(fc.constantFrom(...COMMANDS), fc.array(action, { maxLength: 6 }), async (command, actions) => {
        const mark = new Mark();

        await withTaskGroup(async (tg) => {
          const process = await openProcess(command, { env: mark.env, grace: 20 });
          for (const { step, after, within } of actions) {
            tg.startSoon(async () => {
              await sleep(after);
              // Used after its end, or by two at once, a stream says so.
              await moveOnAfter(within, () => STEPS[step]?.(process)).catch(() => {});
            });
          }
          tg.startSoon(async () => {
            await process.close();
            await process.wait();
          });
        });

        mark.expectGone();
      }),
      40,
    );
  }, 60_000);
});
