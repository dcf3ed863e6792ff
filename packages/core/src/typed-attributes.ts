import { TypedAttributeLookupError } from "./errors.js";

/** A key for a fact that a resource may know of itself, with the fact's type. */
export interface TypedAttribute<T> {
  readonly name: string;
  /** Carries the type; there is nothing in it. */
  readonly type?: T;
}

/** What {@link TypedAttributeProvider.extraAttributes} is made of: each fact is looked up when it is asked for. */
export type ExtraAttributes = ReadonlyMap<TypedAttribute<unknown>, () => unknown>;

/**
 * Makes an attribute. Two attributes of one name are different.
 *
 * @example
 * const peerName = typedAttribute<string>("peerName");
 * class Connection extends TypedAttributeProvider {
 *   override get extraAttributes(): ExtraAttributes {
 *     return new Map([[peerName, () => "127.0.0.1"]]);
 *   }
 * }
 * new Connection().extra(peerName); // => "127.0.0.1"
 */
export function typedAttribute<T>(name: string): TypedAttribute<T> {
  return Object.freeze({ name });
}

/**
 * Something that can be asked for typed attributes. Wrappers pass on what they wrap.
 *
 * @see anyio.TypedAttributeProvider
 */
export abstract class TypedAttributeProvider {
  /** The attributes known here, by key. */
  get extraAttributes(): ExtraAttributes {
    return NONE;
  }

  /**
   * Looks an attribute up.
   *
   * @throws {TypedAttributeLookupError} when it is missing and no default was given
   */
  extra<T>(attribute: TypedAttribute<T>): T;
  extra<T, D>(attribute: TypedAttribute<T>, fallback: D): T | D;
  extra<T>(attribute: TypedAttribute<T>, ...fallback: unknown[]): unknown {
    const look = this.extraAttributes.get(attribute);
    if (look !== undefined) return look();
    if (fallback.length > 0) return fallback[0];
    throw new TypedAttributeLookupError(attribute.name);
  }
}

const NONE: ExtraAttributes = new Map();
