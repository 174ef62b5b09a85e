import { basename } from "node:path";
import { newDocumentKey, userPrefix } from "../../contract/documents.ts";
import { AbortError } from "../../contract/errors.ts";
import type { DocumentStore } from "../../contract/ports.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";

/** @returns bucket and key of `s3://bucket/key`. @throws AbortError `REFERENCE_INVALID`. */
export function parseReference(reference: string): { Bucket: string; Key: string } {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(reference);
  if (match?.[1] && match[2]) return { Bucket: match[1], Key: match[2] };
  throw new AbortError(`"${reference}" is not the address of an object.`, {
    code: "REFERENCE_INVALID",
    where: reference,
    hint: "Write s3://bucket/key.",
  });
}

/** Puts documents into the stage's bucket. */
export function createDocuments({ clients, outputs, place }: StageContext): DocumentStore {
  return {
    async put({ name, body, contentType }) {
      const { PutObjectCommand } = await import("@aws-sdk/client-s3");
      const Key = newDocumentKey(name);
      const s3 = await clients.s3();
      await calling("s3:PutObject", place, () =>
        s3.send(new PutObjectCommand({ Bucket: outputs.bucket, Key, Body: body, ContentType: contentType })),
      );
      return `s3://${outputs.bucket}/${Key}`;
    },
    async get(reference) {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const s3 = await clients.s3();
      const { Key } = parseReference(reference);
      return calling("s3:GetObject", place, async () => {
        try {
          const { Body, ContentType } = await s3.send(new GetObjectCommand(parseReference(reference)));
          const body = (await Body?.transformToByteArray()) ?? new Uint8Array();
          return { name: basename(Key), body, contentType: ContentType ?? "application/octet-stream" };
        } catch (error) {
          if (!(error instanceof Error && /^NoSuch(Key|Bucket)$/.test(error.name))) throw error;
          throw missing(reference, error);
        }
      });
    },
    async remove(reference) {
      const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
      const s3 = await clients.s3();
      await calling("s3:DeleteObject", place, () => s3.send(new DeleteObjectCommand(parseReference(reference))));
    },
    async *ofUser(userId) {
      const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
      const pages = paginateListObjectsV2(
        { client: await clients.s3() },
        { Bucket: outputs.bucket, Prefix: userPrefix(userId) },
      );
      for (;;) {
        const page = await calling("s3:ListBucket", place, () => pages.next());
        if (page.done) return;
        for (const { Key } of page.value.Contents ?? []) if (Key !== undefined) yield `s3://${outputs.bucket}/${Key}`;
      }
    },
  };
}

function missing(reference: string, cause: Error): AbortError {
  return new AbortError("The document of the task is not there any more.", {
    code: "DOCUMENT_MISSING",
    where: reference,
    hint: "Put it back under that address, or hand the task in anew with another: submit --doc FILE",
    cause,
  });
}

/** @returns the text of an object. */
export async function readObject({ clients, place }: StageContext, reference: string): Promise<string> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const s3 = await clients.s3();
  return calling("s3:GetObject", place, async () => {
    const { Body } = await s3.send(new GetObjectCommand(parseReference(reference)));
    return (await Body?.transformToString("utf8")) ?? "";
  });
}
