import { describe, expect, it } from "vitest";
import { AnyioError, ExceptionGroup } from "@anyio/core";
import { ConnectionFailedError } from "@anyio/net";
import { connectionFailed, lookUpFailed } from "../src/internal/connection-failed.js";

const refused = Object.assign(new Error("connect ECONNREFUSED ::1:80"), { code: "ECONNREFUSED" });
const strange = new Error("something strange");

describe("ConnectionFailedError", () => {
  it("is what a connectable of anybody's may throw", () => {
    const cause = new Error("no route");

    const error = new ConnectionFailedError("the tunnel is down; start it", { cause });

    expect(error).toBeInstanceOf(AnyioError);
    expect(error).toMatchObject({ name: "ConnectionFailedError", code: "ERR_ANYIO_CONNECTION_FAILED", cause });
    expect(new ConnectionFailedError().message).toBe("no connection could be made; its cause tells why");
  });

  it("tells every address that was tried, with its reason", () => {
    const error = connectionFailed("example.com:80", [
      { address: "[::1]:80", error: refused },
      { address: "127.0.0.1:80", error: strange },
    ]);

    expect(error.message).toBe(
      "could not connect to example.com:80: [::1]:80: nobody listens there (ECONNREFUSED); 127.0.0.1:80: something strange",
    );
    expect(error.cause).toBeInstanceOf(ExceptionGroup);
    expect(error.cause).toMatchObject({ errors: [refused, strange], cause: refused });
  });

  it("tells an address once where it is what was asked for", () => {
    const error = connectionFailed("/run/app.sock", [{ address: "/run/app.sock", error: strange }]);

    expect(error.message).toBe("could not connect to /run/app.sock: something strange");
  });

  it("has the one error of a look-up that has failed", () => {
    const error = lookUpFailed("example.com:80", "thrown as it is");

    expect(error.message).toBe("could not connect to example.com:80: thrown as it is");
    expect(error.cause).toMatchObject({ errors: ["thrown as it is"] });
  });
});
