import {
  BufferedByteStream,
  type ByteStream,
  createMemoryObjectStream,
  fromWebReadable,
  fromWebWritable,
  StapledByteStream,
  StapledObjectStream,
  toWebReadable,
  toWebWritable,
} from "@anyio/streams";
import { untilEnd } from "#support/until-end";

/** Two streams of bytes over memory object streams, each of which receives what goes into the other. */
export async function bufferedPair(maxBufferSize = 0): Promise<[ByteStream, ByteStream]> {
  const [toB, fromA] = createMemoryObjectStream<Uint8Array>(maxBufferSize);
  const [toA, fromB] = createMemoryObjectStream<Uint8Array>(maxBufferSize);
  return [
    new BufferedByteStream(new StapledObjectStream(toB, fromB)),
    new BufferedByteStream(new StapledObjectStream(toA, fromA)),
  ];
}

/** The same over web streams. */
export async function webPair(): Promise<[ByteStream, ByteStream]> {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return [
    untilEnd(new StapledByteStream(fromWebWritable(there.writable), fromWebReadable(back.readable))),
    untilEnd(new StapledByteStream(fromWebWritable(back.writable), fromWebReadable(there.readable))),
  ];
}

/** Streams of ours as web streams, and those as ours again. */
export async function thereAndBackPair(): Promise<[ByteStream, ByteStream]> {
  const inner = await Promise.all([bufferedPair(), bufferedPair()]);
  const [[there, fromThere], [back, fromBack]] = inner;
  return [
    new StapledByteStream(fromWebWritable(toWebWritable(there)), fromWebReadable(toWebReadable(fromBack))),
    new StapledByteStream(fromWebWritable(toWebWritable(back)), fromWebReadable(toWebReadable(fromThere))),
  ];
}
