import { BrokenWorkerError, moveOnAfter } from "@anyio/core";
import { defaultProcessLimiter, toProcess } from "@anyio/subprocess";
import { amap, gather, withTaskGroup } from "@anyio/task-groups";
import { heartbeat } from "../heartbeat.js";
import type { Narrator } from "../narrator.js";

export const title = "Work for more than one processor";

const ROWS = 20;
const COLUMNS = 48;
const PART = ROWS / 4;

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A picture is computed in four parts. Meanwhile the event loop has other work to do: its heart beats every 20 ms, if " +
      "it can.",
  );

  say.part("In the event loop");
  await drawn(say, 1, async (from) => mandelbrot(from, from + PART, ROWS, COLUMNS));

  const processors = defaultProcessLimiter().totalTokens;
  say.part(`In worker processes, ${processors} at a time: one for each processor`);
  await amap((n) => toProcess.run((n: number) => n, [n]), Array(processors).keys());
  say.step("the workers are started, which happens when they are first needed; they will be used again");
  const parts = await drawn(say, processors, (from) =>
    toProcess.run(mandelbrot, [from, from + PART, ROWS, COLUMNS] as const),
  );
  say.step("and this is the picture");
  say.block(parts.join("\n"));

  say.part("A worker that crashes");
  await gather([
    async () => {
      try {
        await toProcess.run(() => process.kill(process.pid, "SIGKILL"));
      } catch (error) {
        if (!(error instanceof BrokenWorkerError)) throw error;
        say.step(`${error.name}: ${error.message}`);
      }
    },
    async () => say.step(`its neighbour: ${await toProcess.run((n: number) => n * n, [111])}`),
  ]);

  say.part("An endless loop");
  await moveOnAfter(200, () =>
    toProcess.run(() => {
      for (;;);
    }),
  );
  say.step("given up, and killed; in the event loop nothing would ever have run again, no timeout either");

  say.lesson(
    "An async function that computes gives way to nobody: until it is done no timer fires, and no client is answered. A " +
      "worker process computes on another processor, may crash, and can be ended at any time.",
  );
}

/** Computes all parts, and draws when each was computed, and when the heart has beaten. */
async function drawn(say: Narrator, limit: number, compute: (from: number) => Promise<string>): Promise<string[]> {
  const timeline = say.timeline();
  const parts = await withTaskGroup((tg) => {
    tg.startSoon(() => heartbeat(timeline), { service: true });
    return amap(
      async (from) => {
        const part = `rows ${from + 1} to ${from + PART}`;
        timeline.mark(part, "█");
        const rows = await compute(from);
        timeline.mark(part, " ");
        return rows;
      },
      [0, PART, 2 * PART, 3 * PART],
      { limit },
    );
  });
  timeline.draw();
  return parts ?? [];
}

/** Some rows of the picture. It goes to a worker as text, so it uses nothing from outside. */
function mandelbrot(from: number, to: number, rows: number, columns: number): string {
  const most = 400_000;
  const signs = " .:-=+*#%";
  const lines: string[] = [];
  for (let row = from; row < to; row++) {
    let line = "";
    for (let column = 0; column < columns; column++) {
      const [x, y] = [(column / columns) * 3 - 2.2, ((row + 0.5) / rows) * 2.4 - 1.2];
      let n = 0;
      for (let a = 0, b = 0; n < most && a * a + b * b < 4; n++) {
        const next = a * a - b * b + x;
        b = 2 * a * b + y;
        a = next;
      }
      line += n === most ? "@" : (signs[Math.min(signs.length - 1, Math.floor(Math.log2(n)))] ?? " ");
    }
    lines.push(line);
  }
  return lines.join("\n");
}
