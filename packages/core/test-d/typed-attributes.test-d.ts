import { expectTypeOf } from "vitest";
import { typedAttribute, type TypedAttributeProvider } from "@anyio/core";

const peerName = typedAttribute<string>("peerName");
declare const provider: TypedAttributeProvider;

expectTypeOf(provider.extra(peerName)).toEqualTypeOf<string>();
expectTypeOf(provider.extra(peerName, null)).toEqualTypeOf<string | null>();
// As an argument of what takes one thing or another it is still what it is.
Number(new Date(provider.extra(peerName)));
expectTypeOf(provider.extra(peerName, undefined)).toEqualTypeOf<string | undefined>();

// @ts-expect-error an attribute is a key, not a name
provider.extra("peerName");
// @ts-expect-error one attribute is no other, by its type
export const other: ReturnType<typeof typedAttribute<number>> = peerName;
