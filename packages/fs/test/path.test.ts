import * as fs from "node:fs";
import { homedir, userInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { CancelScope, failAfter, moveOnAfter, run } from "@anyio/core";
import { Path } from "@anyio/fs";
import { VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { makeFifo, plant, useDirectory } from "./support/directory.js";

const at = useDirectory();
const path = (name = ""): Path => new Path(at(name));

describe("Path", () => {
  it("reads and writes bytes and text", async () => {
    expect(await path("f").writeText("zwölf\n", { newline: "\r\n" })).toBe(8);
    expect(await path("f").readText()).toBe("zwölf\r\n");
    expect((await path("f").readBytes()).constructor).toBe(Uint8Array);
    expect(await path("f").writeBytes(Uint8Array.of(0xff, 0xfe, 0x41, 0))).toBe(4);
    expect(await path("f").readText({ encoding: "utf-16le" })).toBe("A");
    await expect(path("f").readText()).rejects.toThrow("what was read is not utf-8");
    await path("f").writeText("ß", { encoding: "latin1" });
    expect((await path("f").readBytes())[0]).toBe(0xdf);
    await expect(path("f").writeText("\uD800")).rejects.toThrow(RangeError);
    await expect(path("f").writeText(5 as never)).rejects.toThrow(TypeError);
    await expect(path("f").writeBytes("x" as never)).rejects.toThrow(TypeError);
    await expect(path("f").readText({ encoding: "nope" })).rejects.toThrow(RangeError);
    expect((await path("f").readBytes()).length).toBe(1);
  });

  it("opens files", async () => {
    await using file = await path("f").open("w", { encoding: "utf-8" });
    await file.write("x");

    expect(file.name).toBe(at("f"));
    expect(await path("f").readText()).toBe("x");
  });

  it("tells what there is", async () => {
    plant(at(), ["file", "dir/"]);
    await path("link").symlinkTo("dir");
    await path("dangling").symlinkTo("nothing");
    await path("loop").symlinkTo("loop");
    makeFifo(at("pipe"));
    const facts = async (name: string): Promise<string> => {
      const at = name.startsWith("/") ? new Path(name) : path(name);
      const questions = {
        exists: at.exists(),
        file: at.isFile(),
        dir: at.isDir(),
        link: at.isSymlink(),
        fifo: at.isFifo(),
        socket: at.isSocket(),
        block: at.isBlockDevice(),
        char: at.isCharDevice(),
        mount: at.isMount(),
        junction: at.isJunction(),
      };
      const answers = await Promise.all(Object.values(questions));
      return Object.keys(questions)
        .filter((_, i) => answers[i])
        .join(" ");
    };

    expect(await facts("file")).toBe("exists file");
    expect(await facts("dir")).toBe("exists dir");
    expect(await facts("link")).toBe("exists dir link");
    expect(await facts("dangling")).toBe("link");
    expect(await facts("loop")).toBe("link");
    expect(await facts("pipe")).toBe("exists fifo");
    expect(await facts("none")).toBe("");
    expect(await facts("file/below")).toBe("");
    expect(await facts("/dev/null")).toBe("exists char");
    expect(await facts("/")).toBe("exists dir mount");
    expect(await path("dangling").exists({ followSymlinks: false })).toBe(true);
    expect(await path("link").isDir({ followSymlinks: false })).toBe(false);
  });

  it("tells what the system knows", async () => {
    plant(at(), ["file"]);
    await path("link").symlinkTo("file");
    await path("hard").hardlinkTo(path("file"));

    expect((await path("link").stat()).size).toBe(4);
    expect((await path("link").lstat()).isSymbolicLink()).toBe(true);
    expect((await path("hard").stat()).nlink).toBe(2);
    expect(await path("hard").samefile(path("link"))).toBe(true);
    expect(await path("file").samefile(at())).toBe(false);
    expect(await path("file").owner()).toBe(userInfo().username);
    expect(typeof (await new Path("/").group())).toBe("string");
    expect(await errorOf(path("none").stat())).toMatchObject({ code: "ENOENT", syscall: "stat", path: at("none") });
    expect(await errorOf(path("none").samefile(at("file")))).toMatchObject({ code: "ENOENT" });
  });

  it("knows where it is and who is at home", async () => {
    expect(String(await Path.cwd())).toBe(process.cwd());
    expect(String(await Path.home())).toBe(homedir());
    expect(String(await new Path("~/x").expanduser())).toBe(`${homedir()}/x`);
    expect(String(await new Path("~root/x").expanduser())).toBe("/root/x");
    expect(String(await new Path("a/~").expanduser())).toBe("a/~");
    expect(await errorOf(new Path("~no-such-user").expanduser())).toMatchObject({ code: "ENOENT" });
    expect(String(await new Path("a/../b").absolute())).toBe(`${process.cwd()}/a/../b`);
  });

  it("resolves links, as far as there is anything", async () => {
    plant(at(), ["dir/file"]);
    await path("to-dir").symlinkTo("dir");
    await path("dir/up").symlinkTo("..");
    await path("dangling").symlinkTo("dir/none");
    await path("loop").symlinkTo("loop");
    const root = fs.realpathSync(at());
    const resolved = async (name: string): Promise<string> => String(await path(name).resolve()).slice(root.length);

    expect(await resolved("to-dir/file")).toBe("/dir/file");
    expect(await resolved("to-dir/up/to-dir")).toBe("/dir");
    expect(await resolved("to-dir/none/../x")).toBe("/dir/x");
    expect(await resolved("to-dir/../to-dir/none")).toBe("/dir/none");
    expect(await resolved("dangling")).toBe("/dir/none");
    expect(await resolved("dir/file/below")).toBe("/dir/file/below");
    expect(await resolved("loop/x")).toBe("/loop/x");
    expect(await resolved("loop/../loop/../to-dir/none")).toBe("/dir/none");
    expect(await errorOf(path("dangling").resolve({ strict: true }))).toMatchObject({ code: "ENOENT" });
    expect(await errorOf(path("loop").resolve({ strict: true }))).toMatchObject({ code: "ELOOP" });
    expect(String(await path("to-dir").readlink())).toBe("dir");
    expect(await errorOf(path("dir").readlink())).toMatchObject({ code: "EINVAL" });
    expect(String(await new Path("/..").resolve())).toBe("/");
  });

  it("makes directories", async () => {
    expect(await errorOf(path("a/b").mkdir())).toMatchObject({ code: "ENOENT" });
    await path("a/b").mkdir({ parents: true, mode: 0o700 });
    expect((await path("a/b").stat()).mode & 0o777).toBe(0o700);
    expect(await errorOf(path("a/b").mkdir({ parents: true }))).toMatchObject({ code: "EEXIST" });
    await path("a/b").mkdir({ existOk: true });
    await path("a/b").mkdir({ parents: true, existOk: true });
    await path("a/file").touch();
    expect(await errorOf(path("a/file").mkdir({ existOk: true }))).toMatchObject({ code: "EEXIST" });
    expect(await errorOf(path("a/file/x").mkdir({ parents: true }))).toMatchObject({ code: "ENOTDIR" });
    expect(await errorOf(path("a").rmdir())).toMatchObject({ code: "ENOTEMPTY" });
    await path("a/b").rmdir();
    expect(await path("a/b").exists()).toBe(false);
  });

  it("touches, renames and removes", async () => {
    await path("f").touch({ mode: 0o600 });
    expect((await path("f").stat()).mode & 0o777).toBe(0o600);
    fs.utimesSync(at("f"), 1, 1);
    await path("f").touch();
    expect((await path("f").stat()).mtimeMs).toBeGreaterThan(1_000_000);
    expect(await errorOf(path("f").touch({ existOk: false }))).toMatchObject({ code: "EEXIST" });
    expect(await errorOf(path("no/f").touch())).toMatchObject({ code: "ENOENT" });

    await path("g").writeText("old");
    expect(String(await path("f").rename(at("g")))).toBe(at("g"));
    expect(await path("g").readText()).toBe("");
    expect(String(await path("g").replace(path("h")))).toBe(at("h"));
    await path("h").unlink();
    expect(await errorOf(path("h").unlink())).toMatchObject({ code: "ENOENT" });
    await path("h").unlink({ missingOk: true });
    await path("dir").mkdir();
    await path("plain").touch();
    expect(await errorOf(path("plain").rmdir())).toMatchObject({ code: "ENOTDIR" });
    expect(await errorOf(path("dir").unlink({ missingOk: true }))).toMatchObject({
      code: expect.stringMatching(/EISDIR|EPERM/) as string,
    });
  });

  it("changes permissions", async () => {
    await path("f").touch();
    await path("f").chmod(0o640);

    expect((await path("f").stat()).mode & 0o777).toBe(0o640);
    if (process.platform === "linux") {
      expect(await errorOf(path("f").lchmod(0o600))).toMatchObject({ code: "ENOTSUP" });
      expect(await errorOf(path("f").chmod(0o600, { followSymlinks: false }))).toMatchObject({ code: "ENOTSUP" });
    }
  });

  it("copies files, links and trees", async () => {
    plant(at(), ["tree/a", "tree/sub/b", "tree/empty/", "into/"]);
    await path("tree/link").symlinkTo("a");
    fs.utimesSync(at("tree/a"), 1, 1);
    await path("tree/a").chmod(0o600);

    expect(String(await path("tree").copy(at("copy"), { followSymlinks: false, preserveMetadata: true }))).toBe(
      at("copy"),
    );
    expect(await path("copy/sub/b").readText()).toBe("tree/sub/b");
    expect(await path("copy/empty").isDir()).toBe(true);
    expect(String(await path("copy/link").readlink())).toBe("a");
    expect((await path("copy/a").stat()).mtimeMs).toBe(1_000);
    expect((await path("copy/a").stat()).mode & 0o777).toBe(0o600);

    await path("tree/link").copy(path("plain"));
    expect(await path("plain").isSymlink()).toBe(false);
    expect(String(await path("tree").copyInto(at("into")))).toBe(at("into/tree"));
    expect(await errorOf(path("tree").copy(at("copy")))).toMatchObject({ code: "EEXIST" });
    await path("tree").copy(at("copy"), { dirsExistOk: true });
    for (const target of ["tree", "tree/sub/x"]) {
      expect(await errorOf(path("tree").copy(at(target)))).toMatchObject({ code: "EINVAL" });
    }
    expect(await errorOf(path("none").copy(at("x")))).toMatchObject({ code: "ENOENT" });
  });

  it("lets nobody into the copy of a private directory, also before it is whole", async () => {
    plant(at(), ["private/"]);
    makeFifo(at("private/pipe"));
    await path("private").chmod(0o700);

    // Nobody writes into the pipe: the copy of the directory stays as it is at this point.
    await moveOnAfter(50, () => path("private").copy(at("copy"), { preserveMetadata: true }));

    expect((await path("copy").stat()).mode & 0o777).toBe(0o700);
  });

  it("moves files and trees", async () => {
    plant(at(), ["tree/a", "into/"]);

    expect(String(await path("tree").move(at("moved")))).toBe(at("moved"));
    expect(await path("tree").exists()).toBe(false);
    expect(String(await path("moved").moveInto(at("into")))).toBe(at("into/moved"));
    expect(await path("into/moved/a").readText()).toBe("tree/a");
    expect(await errorOf(path("into").move(at("into")))).toMatchObject({ code: "EINVAL" });
  });

  it("moves to another disk", async () => {
    if (!fs.existsSync("/dev/shm") || fs.statSync("/dev/shm").dev === fs.statSync(at()).dev) return;
    plant(at(), ["tree/a"]);
    await using target = await (await import("@anyio/fs")).temporaryDirectory({ dir: "/dev/shm" });

    await path("tree").moveInto(target.path);

    expect(await target.path.joinpath("tree/a").readText()).toBe("tree/a");
    expect(await path("tree").exists()).toBe(false);
  });
});

describe("Path, cancelled", () => {
  it("does nothing in a cancelled scope", async () => {
    plant(at(), ["f"]);
    const scope = new CancelScope();
    scope.cancel();

    const outcomes = await new CancelScope().run(async () => {
      let all: PromiseSettledResult<unknown>[] = [];
      await scope.run(async () => {
        all = await Promise.allSettled([
          path("f").unlink(),
          path("g").touch(),
          path("d").mkdir(),
          path("f").writeText("x"),
          path("f").stat(),
          path("f").readText(),
          path("f").rename(at("g")),
          path("f").copy(at("g")),
          path("f").resolve(),
          path("f").absolute(),
          Path.cwd(),
        ]);
      });
      return all;
    });

    expect(outcomes?.map(({ status }) => status)).toEqual(Array(11).fill("rejected"));
    expect(fs.readdirSync(at())).toEqual(["f"]);
    expect(fs.readFileSync(at("f"), "utf8")).toBe("f");
  });

  it("completes a change that has begun, and tells so", async () => {
    plant(at(), ["f"]);
    const scope = new CancelScope();
    const done: string[] = [];

    await scope.run(async () => {
      const changes = [path("f").rename(at("g")), path("d/e").mkdir({ parents: true }), path("t").writeText("all")];
      scope.cancel();
      for (const change of changes) done.push(typeof (await change));
      await path("g").stat();
    });

    expect(scope.cancelledCaught).toBe(true);
    expect(done).toEqual(["object", "undefined", "number"]);
    expect(fs.readdirSync(at()).sort()).toEqual(["d", "g", "t"]);
    expect(fs.readFileSync(at("t"), "utf8")).toBe("all");
  });

  it("stops looking at once", async () => {
    makeFifo(at("pipe"));

    expect(await moveOnAfter(30, () => path("pipe").readBytes())).toBeUndefined();

    // Lets the thread go that waits for the other side.
    fs.closeSync(fs.openSync(at("pipe"), "r+"));
  });

  it("stops waiting for the other side of a pipe that it copies", async () => {
    makeFifo(at("pipe"));

    expect(await moveOnAfter(30, () => path("pipe").copy(at("copy")))).toBeUndefined();

    fs.closeSync(fs.openSync(at("pipe"), "r+"));
  });

  it("takes no time of a virtual clock", async () => {
    const work = async (): Promise<string> => {
      await path("f").writeText("text".repeat(100_000));
      await path("f").copy(at("g"));
      return (await path("g").readText()).slice(0, 4);
    };
    const backend = { clock: new VirtualClock({ autojump: true }) };

    expect(await run(() => failAfter(10, work), { signals: [], backend })).toBe("text");
  });

  it("copies no further", async () => {
    plant(
      at(),
      Array.from({ length: 200 }, (_, i) => `tree/${i}`),
    );
    const scope = new CancelScope();

    await scope.run(async () => {
      const copying = path("tree").copy(at("copy"));
      while (!fs.existsSync(at("copy")) || fs.readdirSync(at("copy")).length < 3)
        await new Promise((resolve) => void setImmediate(resolve));
      scope.cancel();
      await copying;
    });

    expect(scope.cancelledCaught).toBe(true);
    expect(fs.readdirSync(at("copy")).length).toBeLessThan(200);
  });

  it("names the argument that is wrong", async () => {
    await expect(path("f").hardlinkTo(5 as never)).rejects.toThrow(
      "target must be a string, a file: URL or a Path, not 5",
    );
    await caught(path("f").symlinkTo(null as never), TypeError);
    const wrong = 5 as never;
    const calls = [path().rename(wrong), path().copy(wrong), path().moveInto(wrong), path().samefile(wrong)];
    for (const call of calls) await caught(call, TypeError);
    await caught(new Path("/").copyInto(at()), RangeError);
  });
});
