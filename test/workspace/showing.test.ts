import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { showing } from "../../scripts/lib/showing.mjs";

describe("showing", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubEnv("TERM", "xterm");
    onTestFinished(() => {
      vi.useRealTimers();
      vi.unstubAllEnvs();
    });
  });

  it("says nothing of what is quick", async () => {
    expect(await shown(999)).toBe("");
  });

  it("counts the seconds on a terminal", async () => {
    expect(await shown(3_500)).toBe("\rBuilding … 1 s\rBuilding … 2 s\rBuilding … 3 s\n");
  });

  it("is one line elsewhere", async () => {
    expect(await shown(3_500, { isTTY: false })).toBe("Building …\n");
  });

  it("is one line on a terminal that can do no more", async () => {
    vi.stubEnv("TERM", "dumb");

    expect(await shown(3_500)).toBe("Building …\n");
  });

  it("ends its line where the work fails", async () => {
    const { stream, written } = screen();
    const failing = showing("Building", () => rejectAfter(1_500), stream);
    const failed = expect(failing).rejects.toThrow("no room");

    await vi.advanceTimersByTimeAsync(1_500);

    await failed;
    expect(written.join("")).toBe("\rBuilding … 1 s\n");
  });
});

/** What is written while something takes so many ms. */
async function shown(ms: number, { isTTY = true } = {}): Promise<string> {
  const { stream, written } = screen(isTTY);
  const work = showing("Building", () => new Promise<string>((resolve) => setTimeout(resolve, ms, "built")), stream);

  await vi.advanceTimersByTimeAsync(ms);

  expect(await work).toBe("built");
  expect(vi.getTimerCount()).toBe(0);
  return written.join("");
}

function screen(isTTY = true) {
  const written: string[] = [];
  return { stream: { isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }, written };
}

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("no room")), ms));
}
