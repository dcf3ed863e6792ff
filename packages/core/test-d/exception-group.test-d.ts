import { expectTypeOf } from "vitest";
import { ExceptionGroup, handleGroup, on } from "@anyio/core";

declare const group: ExceptionGroup;

// A class of errors tells the type of the leaves on its side, and so does a predicate that narrows.
const [ranges, others] = group.split(RangeError);
expectTypeOf(ranges).toEqualTypeOf<ExceptionGroup<RangeError> | undefined>();
expectTypeOf(others).toEqualTypeOf<ExceptionGroup | undefined>();
expectTypeOf(ranges?.leaves()).toEqualTypeOf<RangeError[] | undefined>();
const types = group.subgroup((leaf): leaf is TypeError => leaf instanceof TypeError);
expectTypeOf(types).toEqualTypeOf<ExceptionGroup<TypeError> | undefined>();
group.subgroup((leaf) => leaf === null);
// @ts-expect-error a matcher is a class or a predicate, not a name
group.split("RangeError");

expectTypeOf(group).toExtend<AggregateError>();
expectTypeOf(group.code).toEqualTypeOf<string>();
expectTypeOf(new ExceptionGroup([new Error("x")], "message", { cause: 1 })).toEqualTypeOf<ExceptionGroup<Error>>();
// @ts-expect-error the errors are iterable
export const bad = new ExceptionGroup(new Error("x"));

void handleGroup(
  group,
  on(RangeError, (part) => expectTypeOf(part).toEqualTypeOf<ExceptionGroup<RangeError>>()),
  on(
    (leaf) => leaf === null,
    async () => {},
  ),
);
// @ts-expect-error a clause is made by on()
void handleGroup(group, RangeError);
