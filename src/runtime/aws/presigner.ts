import { clientOptions } from "./options.ts";
import type { ObjectAddress } from "./objects.ts";

export type Presigner = ReturnType<typeof createPresigner>;

/** Addresses by which others read and write single objects for a while. S3's client is loaded at first use. */
export function createPresigner() {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const [s3, { getSignedUrl }] = await Promise.all([
      import("@aws-sdk/client-s3"),
      import("@aws-sdk/s3-request-presigner"),
    ]);
    const forcePathStyle =
      process.env["AWS_ENDPOINT_URL_S3"] !== undefined || process.env["AWS_ENDPOINT_URL"] !== undefined;
    // Otherwise the SDK would sign a checksum of the empty body, and every upload would fail.
    const client = new s3.S3Client({
      ...clientOptions({ request: 5_000 }),
      forcePathStyle,
      requestChecksumCalculation: "WHEN_REQUIRED",
    });
    return { s3, getSignedUrl, client };
  };
  const ready = () => (loading ??= load());

  return {
    /** @returns the object's size in bytes; undefined when there is none. */
    async size({ bucket, key }: ObjectAddress): Promise<number | undefined> {
      const { s3, client } = await ready();
      try {
        return (await client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength;
      } catch (error) {
        if (error instanceof Error && (error.name === "NotFound" || error.name === "NoSuchKey")) return undefined;
        throw error;
      }
    },
    async get({ bucket, key }: ObjectAddress, seconds: number): Promise<string> {
      const { s3, client, getSignedUrl } = await ready();
      return await getSignedUrl(client, new s3.GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: seconds });
    },
    /** Size and type are part of the signature: nothing else can be put there. */
    async put(
      { bucket, key }: ObjectAddress,
      content: { bytes: number; contentType: string; seconds: number },
    ): Promise<string> {
      const { s3, client, getSignedUrl } = await ready();
      const command = new s3.PutObjectCommand({
        Bucket: bucket,
        Key: key,
        ContentLength: content.bytes,
        ContentType: content.contentType,
      });
      return await getSignedUrl(client, command, {
        expiresIn: content.seconds,
        signableHeaders: new Set(["content-type", "content-length"]),
      });
    },
  };
}
