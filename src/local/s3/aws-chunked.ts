import { AwsError } from "../context.ts";
import { incompleteBody } from "./errors.ts";

/** No header or trailer line is longer. */
const MAX_LINE = 16 * 1024;

/**
 * Takes the `aws-chunked` coding off a body: `<hex size>[;chunk-signature=...]\r\n<bytes>\r\n ... 0\r\n<trailers>\r\n`. The SDKs
 * use it to send a checksum after the body. Signatures are not checked.
 * @param trailers filled with the trailing headers, names in lower case.
 * @throws AwsError `IncompleteBody`, `InvalidRequest`.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void> {
  let rest: Buffer = Buffer.alloc(0);
  // Bytes of the present chunk still to come; undefined when a size line is next.
  let left: number | undefined;
  let ended = false;
  for await (const bytes of source) {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (;;) {
      if (left !== undefined && left > 0) {
        if (rest.length === 0) break;
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        yield piece;
        continue;
      }
      const line = takeLine(rest);
      if (line === undefined) break;
      rest = rest.subarray(line.length + 2);
      if (left === 0) left = undefined;
      else if (ended) readTrailer(line, trailers);
      else {
        left = sizeOf(line);
        if (left === 0) [ended, left] = [true, undefined];
      }
    }
  }
  if (!ended) throw incompleteBody();
  if (rest.length > 0) readTrailer(rest.toString("latin1"), trailers);
}

function takeLine(bytes: Buffer): string | undefined {
  const end = bytes.indexOf("\r\n");
  if (end > MAX_LINE || (end < 0 && bytes.length > MAX_LINE)) throw malformed();
  return end < 0 ? undefined : bytes.toString("latin1", 0, end);
}

function sizeOf(line: string): number {
  const digits = line.split(";", 1)[0] ?? "";
  if (!/^[0-9a-f]{1,12}$/i.test(digits)) throw malformed();
  return Number.parseInt(digits, 16);
}

function readTrailer(line: string, trailers: Map<string, string>): void {
  const colon = line.indexOf(":");
  if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
}

const malformed = () => new AwsError("InvalidRequest", "The body is not well-formed aws-chunked content.");
