import { open, readFile } from "node:fs/promises";
import type { Contestant } from "../contestant.js";

export const fsPromises: Contestant = {
  files: {
    readAll: (paths, atOnce, found) => each(paths, atOnce, async (path) => found(await readFile(path, "utf8"))),

    readPieces: (paths, atOnce, pieceSize, found) =>
      each(paths, atOnce, async (path) => {
        await using file = await open(path);
        for (;;) {
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceSize));
          if (bytesRead === 0) return;
          found(buffer.subarray(0, bytesRead));
        }
      }),

    async lines(path, line) {
      await using file = await open(path);
      for await (const text of file.readLines()) line(text);
    },
  },
};

/** As many loops over the same paths as may go on at once. */
async function each(paths: readonly string[], atOnce: number, work: (path: string) => Promise<void>): Promise<void> {
  const left = paths.values();
  const loop = async (): Promise<void> => {
    for (const path of left) await work(path);
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
}
