import { type AsyncFile, mkstemp, openFile, Path, spooledTemporaryFile, type SpooledTemporaryFile } from "@anyio/fs";

const bytes: AsyncFile = await openFile("f");
const text: AsyncFile<string> = await openFile("f", "w", { encoding: "utf-8" });
const alsoText: AsyncFile<string> = await new Path("f").open("r", { encoding: "latin1" });
const [file, path]: [AsyncFile, string] = await mkstemp();
const spooled: SpooledTemporaryFile<string> = await spooledTemporaryFile({ encoding: "utf-8", maxSize: 1 });

const line: string | null = await text.readline();
const read: Uint8Array = await bytes.read();
for await (const each of alsoText) each.toUpperCase();
for await (const each of new Path().glob("*")) await each.readText();
for await (const [directory, names] of new Path().walk()) directory.joinpath(...names);

// @ts-expect-error a file of bytes takes no text
await bytes.write("text");
// @ts-expect-error a file of text takes no bytes
await text.write(new Uint8Array(1));
// @ts-expect-error there is no such place to count from
await text.seek(0, "middle");
// @ts-expect-error lines end in one of two ways
await openFile("f", "r", { encoding: "utf-8", newline: "\r" });
// @ts-expect-error a number is no path
await openFile(1);

export { file, line, path, read, spooled };
