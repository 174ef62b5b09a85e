import { checksumMembers } from "../attributes.ts";
import { type Call, header, requireObject, sendXml } from "../call.ts";
import { invalidArgument } from "../errors.ts";
import type { XmlValue } from "../xml.ts";

const NAMES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** What is known of an object, as far as it is asked for. The parts of an upload are counted and not listed. */
export function getObjectAttributes(call: Call): void {
  const asked = (header(call, "x-amz-object-attributes") ?? "").split(",").map((name) => name.trim());
  const unknown = asked.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", unknown);
  const { etag, size, modified, attributes } = requireObject(call);
  const parts = attributes.parts?.length;
  const checksum = checksumMembers(attributes.checksum);
  const known: Record<string, XmlValue> = {
    ETag: etag,
    Checksum: Object.keys(checksum).length > 0 ? checksum : undefined,
    ObjectParts: parts === undefined ? undefined : { PartsCount: parts },
    StorageClass: "STANDARD",
    ObjectSize: size,
  };
  const told = Object.fromEntries(Object.entries(known).filter(([name]) => asked.includes(name)));
  sendXml(call, "GetObjectAttributesResponse", told, { "last-modified": new Date(modified).toUTCString() });
}
