export * from "../test/harness.ts";
