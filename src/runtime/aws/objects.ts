import { clientOptions } from "./options.ts";

/** An object's place, written `s3://bucket/key`. */
export interface ObjectAddress {
  bucket: string;
  key: string;
}

/** @returns the address, or undefined when the text is not one. */
export function parseObjectReference(reference: string): ObjectAddress | undefined {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(reference);
  return match?.[1] && match[2] ? { bucket: match[1], key: match[2] } : undefined;
}

export const objectReference = (address: ObjectAddress) => `s3://${address.bucket}/${address.key}`;

export type Objects = ReturnType<typeof createObjects>;

/** S3, loaded at first use: most tasks never need it. */
export function createObjects() {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const s3 = await import("@aws-sdk/client-s3");
    // Path style: the bucket's name in the host would not resolve on a local endpoint, and AWS takes both.
    const forcePathStyle =
      process.env["AWS_ENDPOINT_URL_S3"] !== undefined || process.env["AWS_ENDPOINT_URL"] !== undefined;
    return { s3, client: new s3.S3Client({ ...clientOptions({ request: 30_000 }), forcePathStyle }) };
  };
  const ready = () => (loading ??= load());

  return {
    /** @throws the SDK's `NoSuchKey` when there is none. */
    async get(
      { bucket, key }: ObjectAddress,
      signal?: AbortSignal,
    ): Promise<{ bytes: Uint8Array; contentType: string | undefined }> {
      const { s3, client } = await ready();
      const options = signal ? { abortSignal: signal } : {};
      const { Body, ContentType } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }), options);
      return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), contentType: ContentType };
    },
    async put({ bucket, key }: ObjectAddress, body: string | Uint8Array, contentType: string): Promise<void> {
      const { s3, client } = await ready();
      await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
    },
    async remove({ bucket, key }: ObjectAddress): Promise<void> {
      const { s3, client } = await ready();
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    async close(): Promise<void> {
      if (loading) (await loading).client.destroy();
    },
  };
}
