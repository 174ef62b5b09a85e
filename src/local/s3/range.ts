import { AwsError } from "../context.ts";

export interface ByteRange {
  /** Both inclusive. */
  start: number;
  end: number;
}

/**
 * Reads a `Range` header of one range.
 * @returns undefined when the whole is meant: no header, or one that S3 ignores (several ranges, another unit).
 * @throws AwsError `InvalidRange` (416).
 */
export function parseRange(text: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? "");
  const [first, last] = [match?.[1] ?? "", match?.[2] ?? ""];
  if (!match || (first === "" && last === "")) return undefined;
  if (first !== "" && last !== "" && Number(first) > Number(last)) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (first === "" && Number(last) === 0)) {
    throw new AwsError("InvalidRange", "The requested range is not satisfiable", {
      status: 416,
      members: { RangeRequested: text ?? "", ActualObjectSize: size },
    });
  }
  return { start, end };
}
