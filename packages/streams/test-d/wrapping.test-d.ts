import { expectTypeOf } from "vitest";
import {
  BufferedByteReceiveStream,
  BufferedByteStream,
  type ByteReceiveStream,
  type ByteSendStream,
  type ByteStream,
  createMemoryObjectStream,
  fromWebReadable,
  fromWebWritable,
  type ObjectStream,
  StapledByteStream,
  StapledObjectStream,
  TextReceiveStream,
  type TextSendStream,
  TextStream,
  toWebReadable,
  toWebWritable,
} from "@anyio/streams";

declare const bytes: ByteStream;
declare const chunks: ObjectStream<Uint8Array>;
declare const texts: ObjectStream<string>;
const [send, receive] = createMemoryObjectStream<number>();

// What wraps bytes takes streams of bytes, and streams of objects that are bytes.
expectTypeOf(new BufferedByteStream(bytes)).toExtend<ByteStream>();
expectTypeOf(new BufferedByteStream(chunks)).toExtend<ByteStream>();
expectTypeOf(new BufferedByteReceiveStream(chunks)).toExtend<ByteReceiveStream>();
expectTypeOf(new TextStream(chunks)).toExtend<ObjectStream<string>>();
// @ts-expect-error text is no bytes
export const notText = new BufferedByteStream(texts);
// @ts-expect-error text is no bytes
export const notTwice = new TextStream(texts);

// A two-way stream is a one-way stream in either direction.
expectTypeOf(new StapledByteStream(bytes, bytes)).toExtend<ByteSendStream>();
expectTypeOf(new TextReceiveStream(bytes).receive()).resolves.toEqualTypeOf<string>();
expectTypeOf<TextSendStream["send"]>().parameters.toEqualTypeOf<[text: string]>();

expectTypeOf(new StapledObjectStream(send, receive)).toEqualTypeOf<StapledObjectStream<number>>();
// @ts-expect-error both sides are of one kind
export const mixed = new StapledObjectStream(send, texts);
// @ts-expect-error what one sends into is no place to receive from
export const backwards = new StapledObjectStream(receive, send);

expectTypeOf(fromWebReadable(toWebReadable(bytes))).toEqualTypeOf<ByteReceiveStream>();
expectTypeOf(fromWebWritable(toWebWritable(bytes))).toEqualTypeOf<ByteSendStream>();
