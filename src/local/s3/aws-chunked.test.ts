import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAwsChunked } from "./aws-chunked.ts";

/** A body in aws-chunked coding, in chunks of the given sizes. */
function encode(chunks: Uint8Array[], trailer: string): Buffer {
  const parts = chunks
    .filter((chunk) => chunk.length > 0)
    .map((chunk) =>
      Buffer.concat([Buffer.from(`${chunk.length.toString(16)};chunk-signature=ab\r\n`), chunk, Buffer.from("\r\n")]),
    );
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n\r\n`)]);
}

async function* cut(bytes: Buffer, at: number[]): AsyncGenerator<Buffer, void> {
  let from = 0;
  for (const size of at) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

describe("aws-chunked", () => {
  it("gives back the body and the trailers however the bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
        async (chunks, cuts) => {
          const trailers = new Map<string, string>();
          const decoded: Buffer[] = [];
          for await (const piece of decodeAwsChunked(
            cut(encode(chunks, "x-amz-checksum-crc32: AAAAAA=="), cuts),
            trailers,
          ))
            decoded.push(Buffer.from(piece));
          expect(Buffer.concat(decoded)).toEqual(Buffer.concat(chunks));
          expect([...trailers]).toEqual([["x-amz-checksum-crc32", "AAAAAA=="]]);
        },
      ),
    );
  });

  it.each([
    ["a body that ends early", "5\r\nab", "IncompleteBody"],
    ["a size that is no number", "zz\r\nab\r\n0\r\n\r\n", "InvalidRequest"],
  ])("refuses %s", async (_name, text, code) => {
    const drain = async () => {
      for await (const _ of decodeAwsChunked(cut(Buffer.from(text), []), new Map())) continue;
    };
    await expect(drain()).rejects.toMatchObject({ code });
  });
});
