import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests beside the source, and the parts of the program together. Both run from source. */
const unit = ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "test/**/*.test.ts"];
/** Tests of what `npm run build` made: the launcher, the package, the repository's own rules. */
const built = ["bin/*.test.ts", "test/repository/**/*.test.ts"];
/** Others' clients and others' emulators, installed on the way: `npm run test:conformance`, which `npm test` leaves out. */
const conformance = ["test/conformance/**/*.test.ts"];

export default defineConfig({
  test: {
    // Functions under test log as they do on AWS; what a passing test printed tells nobody anything.
    silent: "passed-only",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most of them wait for processes and sockets: one more than there are cores keeps those at work.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: unit, exclude: ["**/node_modules/**", ...built, ...conformance] },
      },
      { extends: true, test: { name: "package", include: built, testTimeout: 180_000, hookTimeout: 180_000 } },
      {
        extends: true,
        test: {
          name: "conformance",
          include: conformance,
          globalSetup: "test/conformance/setup.ts",
          // Others' programs start in their own time, three at once.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
