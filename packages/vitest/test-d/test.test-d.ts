import type { TaskGroup } from "@anyio/task-groups";
import { test, type TestClock } from "@anyio/vitest";
import anyio from "@anyio/vitest/plugin";
import { test as plain } from "vitest";
import { defineConfig } from "vitest/config";

test("has its fixtures", ({ tg, clock, freeTcpPort, freeUdpPort, task }) => {
  tg satisfies TaskGroup;
  clock satisfies TestClock;
  (freeTcpPort + freeUdpPort) satisfies number;
  task.name satisfies string;
});

test("takes the option", { clock: "both", timeout: 100 }, async () => {});
plain("takes it too", { clock: "virtual" }, async () => {});
// @ts-expect-error no such clock
test("takes no other", { clock: "sundial" }, async () => {});
// @ts-expect-error a plain test has no task group
plain("has none", ({ tg }) => void tg);

test.each([1, 2])("%i", (n) => void (n satisfies number));
test.for([1, 2])("%i", (n, { tg }) => void tg.startSoon(() => n));
test.skip("skipped", () => {});
test.only("only", () => {});
test.concurrent("concurrent", ({ tg }) => void tg);

const extended = test.extend<{ answer: number }>({
  answer: async ({ tg }, use) => use(await tg.startSoon(() => 42).result()),
});
extended("has both", ({ answer, clock }) => void (answer + clock.now()));
extended.beforeEach(({ tg }) => void tg);

defineConfig({ plugins: [anyio(), anyio({ mode: "auto" }), anyio({ mode: "manual", clock: "both" })] });
// @ts-expect-error no such mode
anyio({ mode: "loud" });
