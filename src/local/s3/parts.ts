import { AwsError } from "../context.ts";
import { unquote } from "./attributes.ts";
import { type Call, header } from "./call.ts";
import { type ChecksumAlgorithm, createDigest } from "./checksums.ts";
import { malformedXml } from "./errors.ts";
import type { Checksum, Part, Upload } from "./types.ts";
import { elements, textOf } from "./xml.ts";

/** Every part but the last has at least this many bytes. */
const MIN_PART = 5 * 1024 * 1024;

/** @throws AwsError `MalformedXML`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`. */
export function chosenParts(request: string, uploaded: Part[]): Part[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const chosen = elements(request, "Part").map((element) => {
    const part = byNumber.get(Number(textOf(element, "PartNumber")));
    if (part && unquote(textOf(element, "ETag") ?? "") === part.etag && hasChecksum(element, part)) return part;
    throw new AwsError(
      "InvalidPart",
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { members: { PartNumber: textOf(element, "PartNumber") ?? "" } },
    );
  });
  if (chosen.length === 0) throw malformedXml();
  if (chosen.some((part, position) => part.number <= (chosen[position - 1]?.number ?? 0))) {
    throw new AwsError(
      "InvalidPartOrder",
      "The list of parts was not in ascending order. Parts must be ordered by part number.",
    );
  }
  const small = chosen.slice(0, -1).find((part) => part.size < MIN_PART);
  if (small) {
    throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      members: { ProposedSize: small.size, MinSizeAllowed: MIN_PART, PartNumber: small.number, ETag: small.etag },
    });
  }
  return chosen;
}

/** @returns whether a part is what its element says, where it says a checksum. */
function hasChecksum(element: string, { checksum }: Part): boolean {
  const said = checksum && textOf(element, `Checksum${checksum.algorithm.toUpperCase()}`);
  return said === undefined || said === checksum?.value;
}

/** The size that the caller expects of the whole. @throws AwsError `InvalidRequest`. */
export function checkSize(call: Call, parts: readonly Part[]): void {
  const expected = header(call, "x-amz-mp-object-size");
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (expected === undefined || Number(expected) === size) return;
  throw new AwsError(
    "InvalidRequest",
    `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${size}`,
  );
}

/** The checksum that the caller expects of the whole, with or without the number of parts. @throws AwsError `BadDigest`. */
export function checkChecksum(call: Call, checksum: Checksum | undefined): void {
  const expected = checksum && header(call, `x-amz-checksum-${checksum.algorithm}`);
  if (expected === undefined || [checksum?.value, checksum?.value.replace(/-\d+$/, "")].includes(expected)) return;
  throw new AwsError("BadDigest", `The ${checksum?.algorithm} you specified did not match the calculated checksum.`);
}

/** Of the whole object, or of the parts' checksums one after another. */
export function checksumOf(
  upload: Upload,
  parts: Part[],
  whole: Partial<Record<ChecksumAlgorithm, string>>,
): Checksum | undefined {
  if (!upload.checksum) return undefined;
  const { algorithm, type } = upload.checksum;
  if (type === "FULL_OBJECT") return { algorithm, type, value: whole[algorithm] ?? "" };
  const digest = createDigest(algorithm);
  for (const part of parts) digest.update(Buffer.from(part.checksum?.value ?? "", "base64"));
  return { algorithm, type, value: `${digest.digest().toString("base64")}-${parts.length}` };
}
