import { Socket } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";

/** Any stream of Node's. */
export type NodeStream = Readable | Writable | Duplex;

/** @throws {TypeError} when `stream` is no Readable of bytes */
export function checkReadable(argument: string, stream: Readable): void {
  checkMembers(argument, stream, "Readable", ["read", "resume", "on", "off", "destroy"]);
  if (stream.readableObjectMode) throw inObjectMode(argument);
  const encoding = stream.readableEncoding;
  if (encoding !== null && encoding !== undefined) {
    throw new TypeError(
      `${argument} has the encoding "${encoding}"; leave it out, and decode the bytes with a TextReceiveStream`,
    );
  }
}

/** @throws {TypeError} when `stream` is no Writable of bytes */
export function checkWritable(argument: string, stream: Writable): void {
  checkMembers(argument, stream, "Writable", ["write", "end", "on", "off", "destroy"]);
  if (stream.writableObjectMode) throw inObjectMode(argument);
}

/** @throws {TypeError} when `value` has not all of `methods` */
export function checkMembers(argument: string, value: unknown, type: string, methods: readonly string[]): void {
  const members = value as Record<string, unknown> | null | undefined;
  if (methods.every((method) => typeof members?.[method] === "function")) return;
  throw new TypeError(`${argument} must be a ${type}, not ${describe(value)}`);
}

/**
 * Whether a stream that is destroyed is sure to tell of its end with a "close" event. A socket turns Node's own event
 * off, and emits one itself. Messages of `node:http` only look like streams, and theirs is about the whole exchange.
 */
export function emitsClose(stream: NodeStream): boolean {
  const { _writableState, _readableState } = stream as { _writableState?: State; _readableState?: State };
  const state = _writableState ?? _readableState;
  return state !== undefined && (state.emitClose || stream instanceof Socket);
}

/**
 * Whether a stream that has taken its end has nothing else to do, and is to be destroyed: not the reading side of a
 * Duplex, nor the connection of a message of `node:http`.
 */
export function isWritableOnly(stream: Writable): boolean {
  return "_writableState" in stream && !("_readableState" in stream);
}

/** Whether an "end" event is about the end of what there was to read. A socket of Bun's emits one too where it is destroyed. */
export function isRealEnd(stream: Readable): boolean {
  return !stream.destroyed || !("Bun" in globalThis);
}

/** What {@link abandon} asks of a stream of Node's that is made of one of ours. */
export const ABANDON: unique symbol = Symbol("abandon");

export interface Abandonable {
  [ABANDON](): void;
}

/** Destroys a stream, and waits for nothing: where it is closing already, it does so no longer with any graceful step. */
export function abandon(stream: NodeStream): void {
  if (ABANDON in stream) (stream as Abandonable)[ABANDON]();
  else stream.destroy();
}

/** Whether an error of the system's means that the other side is not there any more, or that somebody has destroyed this one. */
export function isPeerGone(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "ECONNABORTED", "ECANCELED"].includes((error as { code?: string } | null)?.code ?? "");
}

interface State {
  readonly emitClose: boolean;
}

function inObjectMode(argument: string): TypeError {
  return new TypeError(`${argument} is in object mode, and this is a stream of bytes; make it with objectMode: false`);
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null ? `an object of class ${value.constructor?.name}` : String(value);
}
