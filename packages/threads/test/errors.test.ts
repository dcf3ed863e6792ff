import { describe, expect, it } from "vitest";
import { AnyioError } from "@anyio/core";
import { RunFinishedError } from "@anyio/threads";

describe("RunFinishedError", () => {
  it("says what has ended, and what to do", () => {
    const cause = new Error("why");
    const error = new RunFinishedError("the portal is closed", { cause });

    expect(error).toBeInstanceOf(AnyioError);
    expect(error).toMatchObject({ name: "RunFinishedError", code: "ERR_ANYIO_RUN_FINISHED", cause });
    expect(error.message).toBe("the portal is closed; make such calls before that, and wait for them");
  });
});
