/** `ai-pipeline`: what a project's `ai-pipeline.config.ts` imports. */
export { defineConfig } from "./contract/config.ts";
export type { PipelineConfig } from "./contract/config.ts";
