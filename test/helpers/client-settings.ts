/** @returns what an SDK client of a test's own needs: any credentials do. */
export const clientSettings = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
