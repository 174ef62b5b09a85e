import type { Operation } from "./operations.ts";

/** How one service is asked for an operation, and how it says that it has none of that name. */
export interface Dialect {
  request(operation: Operation): { method: string; path: string; headers: Record<string, string>; body?: string };
  /** Codes of a refusal. */
  refusals: readonly string[];
}

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=any`,
});

/** The JSON protocols: an empty request, whose operation is named in a header. */
export const json = (service: string, target: string): Dialect => ({
  request: ({ name }) => ({
    method: "POST",
    path: "/",
    headers: { ...signed(service), "content-type": "application/x-amz-json-1.0", "x-amz-target": `${target}.${name}` },
    body: "{}",
  }),
  refusals: ["UnknownOperationException"],
});

/** The query protocol. */
export const query = (service: string, version: string): Dialect => ({
  request: ({ name }) => ({
    method: "POST",
    path: "/",
    headers: { ...signed(service), "content-type": "application/x-www-form-urlencoded" },
    body: `Action=${name}&Version=${version}`,
  }),
  refusals: ["InvalidAction"],
});

/** The REST protocols, labels filled with a name of nothing. */
export const rest = (service: string, refusal: string): Dialect => ({
  request: ({ http, members }) => {
    if (!http) throw new Error("This operation has no path.");
    const path = http.path.replaceAll(/\{[^}]+\}/g, "nothing");
    // S3's model leaves the bucket to the host name; some of its operations differ by a member alone.
    const bucket = service === "s3" && members.includes("Bucket") ? "/bucket" : "";
    const upload = members.includes("UploadId") ? `${path.includes("?") ? "&" : "?"}uploadId=none` : "";
    return {
      method: http.method,
      path: `${bucket}${path}${upload}`,
      headers: { ...signed(service), ...(members.includes("CopySource") ? { "x-amz-copy-source": "/a/b" } : {}) },
      ...(["POST", "PUT"].includes(http.method) ? { body: "" } : {}),
    };
  },
  refusals: [refusal],
});

/** @returns whether a stack has an operation: whatever it answers to an empty request, but a refusal. */
export async function isOffered(endpoint: string, dialect: Dialect, operation: Operation): Promise<boolean> {
  const { method, path, headers, body } = dialect.request(operation);
  const response = await fetch(endpoint + path, { method, headers, ...(body === undefined ? {} : { body }) });
  const said = `${response.headers.get("x-amzn-errortype") ?? ""} ${await readStart(response)}`;
  return !dialect.refusals.some((code) => said.includes(code));
}

/** A live tail never ends: the start tells an answer from a refusal. */
async function readStart(response: Response): Promise<string> {
  // Leaving the loop ends the answer.
  for await (const chunk of response.body ?? []) return Buffer.from(chunk).toString("utf8");
  return "";
}
