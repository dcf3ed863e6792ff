import { afterEach, describe, expect, it, vi } from "vitest";
import { checkpoint } from "@anyio/core/lowlevel";
import { waitAllTasksBlocked } from "@anyio/core";

afterEach(() => {
  vi.useRealTimers();
});

describe("fake timers", () => {
  it("do not stop operations that give way to the event loop", async () => {
    vi.useFakeTimers();
    let done = 0;

    for (; done < 5000; done++) await checkpoint();

    expect(done).toBe(5000);
  });

  it("leave nothing waiting behind when they go", async () => {
    vi.useFakeTimers();
    const pending = Promise.all(Array.from({ length: 5000 }, () => checkpoint()));
    vi.useRealTimers();

    await expect(pending).resolves.toHaveLength(5000);
  });

  it("do not stop waitAllTasksBlocked", async () => {
    vi.useFakeTimers();

    await expect(waitAllTasksBlocked()).resolves.toBeUndefined();
  });
});
