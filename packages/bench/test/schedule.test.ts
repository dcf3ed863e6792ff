import { describe, expect, it } from "vitest";
import { schedule, sizeFor } from "../src/schedule.js";
import { workload } from "./fixtures.js";

describe("schedule", () => {
  it("interleaves the contestants within each round", () => {
    const jobs = schedule([workload()], ["anyio", "native"], 2);

    expect(jobs.map(({ contestant, round }) => `${contestant} ${round}`)).toEqual([
      "anyio 1",
      "native 1",
      "anyio 2",
      "native 2",
    ]);
  });

  it("leaves out whom the workload leaves out", () => {
    const jobs = schedule([workload({ leftOut: { native: "too slow" } })], ["anyio", "native"], 1);

    expect(jobs.map(({ contestant }) => contestant)).toEqual(["anyio"]);
  });

  it("has those who do one job take part where it is asked for, and nowhere else", () => {
    const locks = workload({ name: "lock", contestants: ["anyio", "p-limit"] });

    const jobs = schedule([workload(), locks], ["anyio", "effect", "p-limit"], 1);

    expect(jobs.map((job) => `${job.workload.name} ${job.contestant}`)).toEqual([
      "spawn anyio",
      "spawn effect",
      "lock anyio",
      "lock p-limit",
    ]);
  });
});

describe("sizeFor", () => {
  it("is smaller for whom the workload says so, and smallest in a smoke run", () => {
    const measured = workload({ size: 100, smokeSize: 5, smaller: { effection: 10 } });

    expect(sizeFor(measured, "anyio", "warm")).toBe(100);
    expect(sizeFor(measured, "effection", "warm")).toBe(10);
    expect(sizeFor(measured, "effection", "smoke")).toBe(5);
  });
});
