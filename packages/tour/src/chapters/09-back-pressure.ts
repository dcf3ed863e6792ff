import { BrokenResourceError, moveOnAfter, sleep } from "@anyio/core";
import { createMemoryObjectStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Memory streams, and back-pressure";

const FILM = 20;
const UPLOAD = 60;
const ROOM = 3;

export async function tell(say: Narrator): Promise<void> {
  say.about(
    `A camera can take a picture every ${FILM} ms. Uploading one takes ${UPLOAD} ms. Where do the pictures go meanwhile?`,
  );

  say.part("An array between them");
  const queue: number[] = [];
  await moveOnAfter(500, () =>
    withTaskGroup((tg) => {
      tg.startSoon(() => film(25, (picture) => queue.push(picture)));
      tg.startSoon(async () => {
        for (;;) {
          const picture = queue.shift();
          await (picture === undefined ? sleep(5) : upload(picture));
        }
      });
      tg.startSoon(() => watch(() => say.level(queue.length, 0, `${queue.length} in the array`)));
    }),
  );
  say.step(`it grows for as long as the camera is on; stopped with ${queue.length} pictures in memory`);

  say.part(`A stream between them, with room for ${ROOM}`);
  const [send, receive] = createMemoryObjectStream<number>(ROOM);
  await withTaskGroup((tg) => {
    tg.startSoon(async () => {
      using out = send;
      await film(12, (picture) => out.send(picture));
      say.step("the camera is switched off, and closes its end");
    });
    tg.startSoon(async () => {
      using pictures = receive;
      for await (const picture of pictures) await upload(picture);
      say.step("everything is uploaded: the stream has ended, and the loop with it");
    });
    const look = (): void => {
      const { currentBufferUsed, tasksWaitingSend } = receive.statistics();
      const camera = tasksWaitingSend === 0 ? "" : "; the camera waits";
      say.level(currentBufferUsed, ROOM, `${currentBufferUsed} of ${ROOM}${camera}`);
    };
    tg.startSoon(() => watch(look), { service: true });
  });

  say.part("An uploader that gives up");
  const [lens, cloud] = createMemoryObjectStream<number>(ROOM);
  await withTaskGroup((tg) => {
    tg.startSoon(async () => {
      using pictures = cloud;
      await upload(await pictures.receive());
      say.step("the uploader has had enough, and closes its end");
    });
    tg.startSoon(async () => {
      using out = lens;
      try {
        await film(25, (picture) => out.send(picture));
      } catch (error) {
        if (!(error instanceof BrokenResourceError)) throw error;
        say.step(`the camera is told: ${error.message}`);
      }
    });
  });

  say.lesson(
    "A queue without a bound turns a slow consumer into a full memory, hours later and far away. A bounded stream turns it " +
      "into waiting, at once and where it can be seen. Each side learns that the other is done: the receiver's loop ends, " +
      "and the sender gets an error.",
  );
}

/** Takes pictures, as fast as `keep` lets it. */
async function film(pictures: number, keep: (picture: number) => unknown): Promise<void> {
  for (let picture = 1; picture <= pictures; picture++) {
    await sleep(FILM);
    await keep(picture);
  }
}

async function upload(_picture: number): Promise<void> {
  await sleep(UPLOAD);
}

async function watch(look: () => void): Promise<never> {
  for (;;) {
    await sleep(70);
    look();
  }
}
