import { openFile, Path } from "@anyio/fs";
import { amap } from "@anyio/task-groups";
import type { FilesFamily } from "../contestant.js";

export const files: FilesFamily = {
  async readAll(paths, atOnce, found) {
    await amap(async (path) => found(await new Path(path).readText()), paths, { limit: atOnce });
  },

  async readPieces(paths, atOnce, pieceSize, found) {
    const read = async (path: string): Promise<void> => {
      await using file = await openFile(path);
      for (;;) {
        const bytes = await file.read1(pieceSize);
        if (bytes.length === 0) return;
        found(bytes);
      }
    };
    await amap(read, paths, { limit: atOnce });
  },

  async lines(path, line) {
    await using file = await openFile(path, "r", { encoding: "utf-8" });
    for await (const text of file) line(text);
  },
};
