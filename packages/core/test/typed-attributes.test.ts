import { describe, expect, it } from "vitest";
import { type ExtraAttributes, TypedAttributeLookupError, typedAttribute, TypedAttributeProvider } from "@anyio/core";

const peerName = typedAttribute<string>("peerName");
const port = typedAttribute<number | undefined>("port");

class Socket extends TypedAttributeProvider {
  looked = 0;

  override get extraAttributes(): ExtraAttributes {
    return new Map<typeof peerName | typeof port, () => unknown>([
      [
        peerName,
        () => {
          this.looked++;
          return "example.org";
        },
      ],
      [port, () => undefined],
    ]);
  }
}

class Wrapper extends TypedAttributeProvider {
  constructor(readonly wrapped: TypedAttributeProvider) {
    super();
  }

  override get extraAttributes(): ExtraAttributes {
    return this.wrapped.extraAttributes;
  }
}

describe("typedAttribute", () => {
  it("is a key of its own, whatever its name", () => {
    const other = typedAttribute<string>("peerName");

    expect(other.name).toBe("peerName");
    expect(() => new Socket().extra(other)).toThrow(TypedAttributeLookupError);
  });
});

describe("TypedAttributeProvider.extra", () => {
  it("looks the attribute up when it is asked for", () => {
    const socket = new Socket();
    const before = socket.looked;

    expect(socket.extra(peerName)).toBe("example.org");
    expect([before, socket.looked]).toEqual([0, 1]);
  });

  it("passes through what is wrapped, at any depth", () => {
    expect(new Wrapper(new Wrapper(new Socket())).extra(peerName)).toBe("example.org");
  });

  it("throws where it is missing, naming it", () => {
    class Bare extends TypedAttributeProvider {}

    expect(() => new Bare().extra(peerName)).toThrow(TypedAttributeLookupError);
    expect(() => new Bare().extra(peerName)).toThrow(/"peerName"/);
  });

  it("gives the default where it is missing, undefined too", () => {
    class Bare extends TypedAttributeProvider {}

    expect(new Bare().extra(peerName, "unknown")).toBe("unknown");
    expect(new Bare().extra(peerName, undefined)).toBeUndefined();
    expect(new Bare().extra(peerName, null)).toBeNull();
  });

  it("gives the value rather than the default, undefined too", () => {
    expect(new Socket().extra(port, 80)).toBeUndefined();
  });
});

describe("TypedAttributeProvider.extraAttributes", () => {
  it("is a map from attribute to look-up", () => {
    expect([...new Socket().extraAttributes.keys()]).toEqual([peerName, port]);
    expect(new Socket().extraAttributes.get(peerName)?.()).toBe("example.org");
  });
});
