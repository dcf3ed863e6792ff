import { describe, expect, it } from "vitest";
import { CancelScope } from "@anyio/core";
import { moduleExport } from "@anyio/core/lowlevel";
import { receiveFunction, sendFunction } from "@anyio/core/workers";
import { caught } from "#support/caught";

const MODULE = String(new URL("./fixtures/exports.mjs", import.meta.url));

describe("sendFunction", () => {
  it("tells where a function is exported", () => {
    expect(sendFunction(moduleExport(MODULE, "one"))).toEqual({ module: MODULE, name: "one" });
    expect(sendFunction({ module: new URL(MODULE), name: "one" })).toEqual({
      module: String(new URL(MODULE)),
      name: "one",
    });
  });

  it("tells the text of another, the same one for the same text", () => {
    const make = () => (a: number) => a + 1;

    expect(sendFunction(make())).toEqual({ text: "(a) => a + 1" });
    expect(sendFunction(make())).toBe(sendFunction(make()));
  });

  it.each([
    ["native", Math.max],
    ["a class", Map],
    ["a class of one's own", CancelScope],
    ["a text", "() => 1"],
  ])("refuses what cannot be sent: %s", (_what, fn) => {
    expect(() => sendFunction(fn)).toThrow(TypeError);
  });
});

describe("receiveFunction", () => {
  it("loads an export once, and has it at once from then on", async () => {
    const sent = sendFunction({ module: MODULE, name: "one" });
    const loading = receiveFunction(sent);

    expect(loading).toBeInstanceOf(Promise);
    const one = await loading;
    expect([one(), receiveFunction(sent)]).toEqual([1, one]);
  });

  it("is a TypeError for an export that is none", async () => {
    for (const name of ["two", "three"]) {
      await caught(Promise.resolve(receiveFunction(sendFunction({ module: MODULE, name }))), TypeError);
    }
  });

  it("has what a compiler's calls of __name ask for", async () => {
    const fn = await receiveFunction({ text: '() => { const inner = __name(() => 7, "inner"); return inner(); }' });

    expect(fn()).toBe(7);
  });

  it("tells the real error of a module whose URL cannot be decoded", async () => {
    const module = "file:///no/one.js?100%";
    const error = await caught(Promise.resolve(receiveFunction({ module, name: "one" })), Error);

    expect(error).not.toBeInstanceOf(URIError);
  });

  it("does not keep all texts that it has seen", async () => {
    const first = await receiveFunction({ text: "() => 0" });
    for (let i = 0; i < 2_000; i++) await receiveFunction({ text: `() => ${i}` });
    const again = await receiveFunction({ text: "() => 0" });

    expect([again === first, again()]).toEqual([false, 0]);
  });

  it("makes a function of a text, which explains what it misses", async () => {
    const add = await receiveFunction({ text: "(a, b) => a + b" });
    const [sync, later] = ["() => nowhere", "async () => nowhere"].map((text) => receiveFunction({ text }));

    expect(add(1, 2)).toBe(3);
    expect(sync).toThrow(/"nowhere" was left behind; pass it as an argument/);
    await caught((later as () => Promise<unknown>)(), ReferenceError);
  });
});
