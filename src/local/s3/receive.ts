import { AwsError } from "../context.ts";
import { decodeAwsChunked } from "./aws-chunked.ts";
import type { Written } from "./bodies.ts";
import { type Call, header } from "./call.ts";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, isChecksumAlgorithm } from "./checksums.ts";
import { incompleteBody, invalidArgument, notImplemented } from "./errors.ts";
import type { StoredBody } from "./types.ts";

/** Largest body of one request, in bytes. */
const MAX_BODY = 5 * 1024 ** 3;

/**
 * Writes the body of a PUT, undoing its transfer coding and checking it against every checksum the request names, in
 * its headers or after the body.
 * @param wanted an algorithm to compute beside those.
 * @throws AwsError `MissingContentLength`, `EntityTooLarge`, `IncompleteBody`, `BadDigest`, `InvalidDigest`, `XAmzContentSHA256Mismatch`.
 */
export async function receiveBody(call: Call, wanted?: ChecksumAlgorithm): Promise<StoredBody> {
  const size = declaredSize(call);
  const trailers = new Map<string, string>();
  const chunked =
    /(^|,)\s*aws-chunked\s*(,|$)/.test(header(call, "content-encoding") ?? "") ||
    contentSha256(call).startsWith("STREAMING-");
  const raw = requestBytes(call);
  const written = await call.bodies.write(
    chunked ? decodeAwsChunked(raw, trailers) : raw,
    algorithms(call, wanted),
    (body) => {
      if (body.size !== size) throw incompleteBody();
      checkMd5(call, body);
      checkSha256(call, body);
      checkChecksums(call, trailers, body);
    },
  );
  const algorithm = namedAlgorithm(call, trailers) ?? wanted;
  const value = algorithm && written.checksums[algorithm];
  return { ...written, ...(algorithm && value ? { checksum: { algorithm, value, type: "FULL_OBJECT" } } : {}) };
}

/** A cut connection ends the body with S3's error rather than the socket's. */
async function* requestBytes(call: Call): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of call.exchange.req) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
  } catch {
    throw incompleteBody();
  }
}

function declaredSize(call: Call): number {
  const text = header(call, "x-amz-decoded-content-length") ?? header(call, "content-length");
  if (text === undefined)
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", { status: 411 });
  const size = Number(text);
  if (!Number.isSafeInteger(size) || size < 0)
    throw invalidArgument("The length of the body is not a number.", "x-amz-decoded-content-length", text);
  if (size > MAX_BODY) {
    throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      members: { ProposedSize: size, MaxSizeAllowed: MAX_BODY },
    });
  }
  return size;
}

/** What stands behind `x-amz-checksum-` beside the algorithms. */
const ABOUT_CHECKSUMS = new Set(["algorithm", "mode", "type"]);

const contentSha256 = (call: Call) => header(call, "x-amz-content-sha256") ?? "";
const isSha256 = (text: string) => /^[0-9a-f]{64}$/i.test(text);

/** What must be known before the first byte: checksums in headers, and those announced as trailers. */
function algorithms(call: Call, wanted: ChecksumAlgorithm | undefined): ChecksumAlgorithm[] {
  const announced = (header(call, "x-amz-trailer") ?? "").split(",").map((name) => name.trim().toLowerCase());
  const given = [...Object.keys(call.headers), ...announced].map((name) => /^x-amz-checksum-(.+)$/.exec(name)?.[1]);
  const unknown = given.find((name) => name !== undefined && !ABOUT_CHECKSUMS.has(name) && !isChecksumAlgorithm(name));
  if (unknown !== undefined) throw notImplemented(`the checksum ${unknown.toUpperCase()}`);
  const named = CHECKSUM_ALGORITHMS.filter(
    (name) => header(call, `x-amz-checksum-${name}`) !== undefined || announced.includes(`x-amz-checksum-${name}`),
  );
  return [...named, ...(wanted ? [wanted] : []), ...(isSha256(contentSha256(call)) ? (["sha256"] as const) : [])];
}

function namedAlgorithm(call: Call, trailers: Map<string, string>): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find(
    (name) => header(call, `x-amz-checksum-${name}`) !== undefined || trailers.has(`x-amz-checksum-${name}`),
  );
}

function checkMd5(call: Call, body: Written): void {
  const expected = header(call, "content-md5");
  if (expected === undefined) return;
  const hex = Buffer.from(expected, "base64").toString("hex");
  if (hex.length !== 32) throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.");
  if (hex !== body.md5)
    throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
}

function checkSha256(call: Call, body: Written): void {
  const expected = contentSha256(call);
  if (!isSha256(expected)) return;
  const actual = Buffer.from(body.checksums.sha256 ?? "", "base64").toString("hex");
  if (actual !== expected.toLowerCase()) {
    throw new AwsError(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
}

function checkChecksums(call: Call, trailers: Map<string, string>, body: Written): void {
  for (const name of CHECKSUM_ALGORITHMS) {
    const expected = header(call, `x-amz-checksum-${name}`) ?? trailers.get(`x-amz-checksum-${name}`);
    if (expected !== undefined && expected !== body.checksums[name]) {
      throw new AwsError("BadDigest", `The ${name.toUpperCase()} you specified did not match the calculated checksum.`);
    }
  }
}

/** The algorithm a request names in `x-amz-checksum-algorithm`. @throws AwsError `InvalidRequest` for an unknown one. */
export function requestedAlgorithm(call: Call): ChecksumAlgorithm | undefined {
  const name = header(call, "x-amz-checksum-algorithm")?.toLowerCase();
  if (name === undefined || isChecksumAlgorithm(name)) return name;
  throw new AwsError(
    "InvalidRequest",
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
  );
}
