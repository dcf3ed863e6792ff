import { availableParallelism } from "node:os";
import { CancelScope } from "@anyio/core";
import { type Path, temporaryDirectory } from "@anyio/fs";
import { amap, withTaskGroup } from "@anyio/task-groups";
import { callable, toThread, worker } from "@anyio/threads";
import { heartbeat } from "../heartbeat.js";
import type { Narrator } from "../narrator.js";
import { hashFile } from "./hash-file.js";

export const title = "Threads, and progress called back";

const MIB = 1024 * 1024;
const SIZE = 64 * MIB;
const QUARTER = SIZE / 4;
/** What an image looks like while it is hashed, from quarter to quarter. */
const SHADES = ["░", "▒", "▓", "█", "█"];

const hashing = worker<typeof import("./hash-file.js")>(new URL("./hash-file.js", import.meta.url));

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "Four disk images of 64 MiB are to have a checksum each. Meanwhile the event loop has other work to do: its heart beats " +
      "every 20 ms, if it can.",
  );
  await using directory = await temporaryDirectory();
  const images = await makeImages(directory.path);

  say.part("In the event loop");
  const before = await drawn(say, images, 1, async (image, progress) => hashFile(image.toString(), progress));

  const processors = availableParallelism();
  say.part(`In worker threads, ${processors} at a time: one for each processor`);
  await amap(() => toThread.run(hashing.hashInThread, ["/dev/null", callable(() => {})]), Array(processors).keys());
  say.step("the threads are started, and know the module; both happens when it is first needed, and serves again");
  const after = await drawn(say, images, processors, (image, progress) =>
    toThread.run(hashing.hashInThread, [image.toString(), callable(progress)]),
  );
  const same = after.filter((sum, n) => sum === before[n]).length;
  say.step(`${same} of ${images.length} checksums are the same`);

  say.part("Cancelled halfway");
  const scope = new CancelScope();
  const progress = (bytes: number): void => {
    say.level(bytes / QUARTER, 4, `${bytes / MIB} of ${SIZE / MIB} MiB`);
    if (bytes >= SIZE / 2) scope.cancel("somebody has changed their mind");
  };
  const image = directory.path.joinpath("image 1").toString();
  await scope.run(() => toThread.run(hashing.hashInThread, [image, callable(progress)]));
  say.step("the thread has found out by itself, and closed its file; it is ready for the next one");

  say.lesson(
    "What a thread is given is the name of a function and of its module, with all types. It computes and blocks as it likes. " +
      "What it calls back runs in the event loop, in the caller's scope, and it waits for the answer. And it has the caller's " +
      "cancellation: one line in its loop asks for that.",
  );
}

/** They hold nothing but zeros, and take no room on the disk. Each is read once, so that both ways find it in memory. */
function makeImages(directory: Path): Promise<Path[]> {
  return amap(
    async (n) => {
      const image = directory.joinpath(`image ${n}`);
      await using file = await image.open("w+");
      await file.truncate(SIZE);
      await file.read();
      return image;
    },
    [1, 2, 3, 4],
  );
}

/** Hashes all images, and draws how far each of them was, and when the heart has beaten. */
async function drawn(
  say: Narrator,
  images: readonly Path[],
  limit: number,
  hash: (image: Path, progress: (bytes: number) => void) => Promise<string>,
): Promise<string[]> {
  const timeline = say.timeline();
  const sums = await withTaskGroup((tg) => {
    tg.startSoon(() => heartbeat(timeline), { service: true });
    return amap(
      async (image) => {
        const show = (bytes: number): void => timeline.mark(image.name, SHADES[Math.floor(bytes / QUARTER)] ?? " ");
        show(0);
        const sum = await hash(image, show);
        timeline.mark(image.name, " ");
        return sum;
      },
      images,
      { limit },
    );
  });
  timeline.draw();
  return sums ?? [];
}
